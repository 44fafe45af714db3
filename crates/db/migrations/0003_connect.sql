-- Imports, learned mappings and stored files.
create table connect_import (
  id {{id}} primary key, actor {{id}} not null, state {{text}} not null, file {{text}} not null, size bigint not null,
  body {{text}} not null, created_at bigint not null, updated_at bigint not null
);
create table connect_import_row (
  import {{id}} not null, n bigint not null, fate {{text}} not null, body {{text}} not null, primary key (import, n)
);
create index connect_import_row_fate on connect_import_row (import, fate, n);
create table connect_mapping (object {{text}} not null, heading {{text}} not null, field {{text}} not null, primary key (object, heading));
create table file_stored (
  id {{id}} primary key, name {{text}} not null, size bigint not null, type {{text}} not null, hash {{bytes}} not null,
  actor {{id}} not null, created_at bigint not null, object int, record {{id}}, field int
);
create table db_shape (object int not null, shape {{text}} not null, uses bigint not null, total_us bigint not null, seen_at bigint not null, index_name {{text}}, primary key (object, shape));
create table search_cursor (object int primary key, moment bigint not null);
