//! One record by its id: the statement is written once and bound many times.

use kehub_model::catalog::system;
use kehub_model::query::{Cond, Is, ListPlan, Operand};
use kehub_model::{Catalog, RecordId, Value};

use crate::bind::{Bind, Dialect, Sql};
use crate::codec::Raw;
use crate::compile::{self, Relations, Segment, Selected};
use crate::fault::Fault;
use crate::rows::read_value;

/// How one record is read.
pub struct Fetch {
    sql: Sql,
    /// Where the id is bound.
    place: usize,
    selected: Vec<Selected>,
    pub(crate) catalog: i32,
    /// The catalog and rights numbers that must hold beside the data.
    pub(crate) under: Option<(i32, i64)>,
}

/// Stands for the id until it is known. No record has it: ids begin with the time.
const SOME: RecordId = RecordId::from_u128(u128::MAX);

impl Fetch {
    pub(crate) fn new(
        catalog: &Catalog,
        plan: &ListPlan,
        dialect: Dialect,
        under: Option<i64>,
    ) -> Result<Fetch, Fault> {
        let on = Operand { steps: Vec::new(), object: plan.object, field: system::ID, shown: None };
        let same = Cond::Test { on, is: Is::Eq(Value::Id(SOME)) };
        let plan = ListPlan { filter: plan.filter.clone().and(same), ..plan.clone() };
        let relations = Relations::default().under(under);
        let compiled = compile::list(catalog, &relations, dialect, &plan, Segment::All, 1)?;
        let mut places = (0..compiled.sql.binds.len()).filter(|n| compiled.sql.binds[*n] == Bind::Uuid(SOME));
        let (Some(place), None) = (places.next(), places.next()) else { return Err(Fault::Catalog) };
        let under = under.map(|rights| (catalog.number, rights));
        Ok(Fetch { sql: compiled.sql, place, selected: compiled.selected, catalog: catalog.number, under })
    }

    pub(crate) fn sql(&self, id: RecordId) -> Sql {
        let mut sql = self.sql.clone();
        sql.binds[self.place] = Bind::Uuid(id);
        sql
    }

    pub(crate) fn row(&self, next: &mut dyn FnMut() -> Result<Raw, Fault>) -> Result<Vec<Value>, Fault> {
        let mut next = || next();
        self.selected.iter().map(|selected| read_value(selected, &mut next)).collect()
    }
}
