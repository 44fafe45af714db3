-- Text search: how far its follower has read the log (a moment, or a snapshot on PostgreSQL), and which objects have grams.
drop table search_cursor;
create table search_cursor (one int primary key, at {{text}} not null, beat bigint not null);
create table search_object (object int primary key, fields {{text}} not null, built {{id}}, is_ready int not null);
