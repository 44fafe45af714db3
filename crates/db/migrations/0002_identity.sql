-- Who signs in: credentials, sessions, invitations, API keys. People themselves are records.
create table identity_credential (
  person {{id}} primary key, email {{text}} not null unique, password {{text}}, is_admin smallint not null,
  is_disabled smallint not null, locale {{text}}, time_zone {{text}}, created_at bigint not null
);
create table identity_session (
  id {{id}} primary key, token {{bytes}} not null unique, person {{id}} not null, created_at bigint not null,
  seen_at bigint not null, expires_at bigint not null, address {{text}} not null, agent {{text}} not null
);
create index identity_session_person on identity_session (person);
create table identity_token (
  token {{bytes}} primary key, kind {{text}} not null, person {{id}} not null, expires_at bigint not null
);
create table identity_api_key (
  id {{id}} primary key, token {{bytes}} not null unique, person {{id}} not null, label {{text}} not null, scopes {{text}} not null,
  created_at bigint not null, seen_at bigint, expires_at bigint
);
create table identity_role (person {{id}} not null, role {{text}} not null, primary key (person, role));
create table identity_attempt (subject {{text}} not null, at bigint not null, n int not null, primary key (subject, at));
