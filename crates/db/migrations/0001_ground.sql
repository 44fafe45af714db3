-- The ground: the catalog, the causal history, the trash, series, idempotency keys.
create table catalog_meta (one int primary key, catalog bigint not null, rights bigint not null);
insert into catalog_meta values (1, 0, 1);
create table catalog_version (version bigint primary key, moment bigint not null, actor {{id}} not null, body {{bytes}} not null);
create table history_commit (
  moment bigint primary key,
  {{txid}}
  actor {{id}} not null,
  on_behalf {{id}},
  cause smallint not null,
  cause_id {{bytes}},
  depth smallint not null,
  lane smallint not null,
  catalog bigint not null,
  object int,
  record {{id}},
  prev bigint,
  body {{bytes}} not null
);
create index history_commit_object on history_commit (object, moment);
create index history_commit_cause on history_commit (cause_id) where cause_id is not null;
create table history_blob (hash {{bytes}} primary key, body {{bytes}} not null);
create table history_seal (n bigint primary key, members {{bytes}} not null, prev {{bytes}} not null, hash {{bytes}} not null);
create table record_trash (record {{id}} primary key, object int not null, moment bigint not null, title {{text}} not null);
create index record_trash_object on record_trash (object, moment);
create table record_key (key {{bytes}} primary key, body_hash {{bytes}} not null, moment bigint not null, at bigint not null, status int not null, answer {{text}});
create index record_key_at on record_key (at);
create table record_serial (field int not null, period {{text}} not null, n bigint not null, primary key (field, period));
create table workspace_setting (key {{text}} primary key, value {{text}} not null);
create table definition (
  kind {{text}} not null, key {{text}} not null, body {{text}} not null, owner {{id}},
  solution {{text}} not null, origin {{text}}, version bigint not null, moment bigint not null, state smallint not null,
  primary key (kind, key)
);
create table definition_version (
  kind {{text}} not null, key {{text}} not null, version bigint not null, body {{text}} not null, moment bigint not null, actor {{id}} not null,
  primary key (kind, key, version)
);
