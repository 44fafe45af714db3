-- What leaves the building: one row an effect, written in the transaction of its cause. `due_at` is when it is tried next, and
-- while somebody works on it when his turn ends; `fence` counts turns. `sealed` is wiped when there is nothing more to do.
create table connect_outbox (
  id {{id}} primary key, kind {{text}} not null, person {{id}}, state {{text}} not null, sealed {{bytes}},
  attempts int not null, fence bigint not null, due_at bigint not null, until bigint not null,
  error {{text}}, created_at bigint not null, changed_at bigint not null
);
create index connect_outbox_due on connect_outbox (state, due_at);
create index connect_outbox_person on connect_outbox (person);
