//! What a file shows before anything is read of it: sheets, columns, the fields they may be.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use kehub_model::fields::guess_date_format;
use kehub_model::rights::{Access, Right};
use kehub_model::{Actor, Catalog, Cell, Code, Object, Problem, Problems};
use kehub_records::Refusal;

use super::{Imports, ask};
use crate::definition::Mapping;
use crate::files::{self, Choice, Inspection, Rows};
use crate::run::{self, How, LinkGuess, Match};
use crate::store::{self, Job, Look, SeenColumn};

/// Cells of a column that are shown.
const SAMPLES: usize = 5;

impl Imports {
    pub(super) async fn inspect(&self, path: &Path, choice: &Choice) -> Result<Inspection, Refusal> {
        let (reader, path, choice) = (self.inner.reader.clone(), path.to_owned(), choice.clone());
        let look = move || match reader {
            Some(reader) => reader.inspect(&path, &choice),
            None => files::inspect(&path, &choice),
        };
        let looked = tokio::task::spawn_blocking(look).await;
        looked.unwrap_or_else(|_| Err(Problem::new(Code::BadFile, "file"))).map_err(Refusal::from)
    }

    /// Opens the rows; called where waiting is allowed.
    pub(super) fn open(&self, path: &Path, choice: &Choice) -> Result<Rows, Problem> {
        match &self.inner.reader {
            Some(reader) => reader.open(path, choice),
            None => files::rows(path, choice),
        }
    }

    /// Looks at the file and fills in what it shows: columns, samples, matches, what is wrong with the mapping.
    pub(super) async fn look_at(&self, job: &mut Job, actor: &Arc<Actor>) -> Result<(), Refusal> {
        let inspection = self.inspect(&job.body.path, &job.body.mapping.choice()).await?;
        let samples = samples(&inspection);
        let catalog = self.records().catalog();
        let object = match &job.body.object {
            Some(key) => Some(self.records().object_for(actor, key)?),
            None => None,
        };
        let matches = self.matches(&inspection.columns, &samples, object.as_ref(), &job.body.mapping, actor).await?;
        let stem = Path::new(&job.file).file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let links = if object.is_none() { self.guess_links(&samples, actor, &catalog).await? } else { BTreeMap::new() };
        let proposal = run::propose(&stem, &inspection.columns, &samples, &links, actor.reading.zone, &catalog);
        job.body.total = rows_of(&inspection);
        job.body.problems = match &object {
            Some(object) => {
                let whole = run::complete(&job.body.mapping, &inspection.columns, &matches);
                let problems = crate::validate(&whole, &inspection.columns, object, &catalog, actor);
                problems.iter().map(|problem| problem.spoken(actor.language())).collect()
            }
            None => Vec::new(),
        };
        job.body.new_object = None;
        if object.is_none() && actor.has(Right::Design) {
            job.body.new_object = Some(proposal.object.to_json());
            if job.body.mapping.columns.is_empty() {
                job.body.mapping.columns = proposal.mapping.columns.clone();
            }
        }
        job.body.look = Some(Look {
            kind: inspection.kind,
            sheets: inspection.sheets,
            encoding: inspection.encoding,
            sheet: inspection.sheet,
            header_row: inspection.header_row,
            bad_rows: inspection.bad_rows,
            columns: inspection
                .columns
                .iter()
                .enumerate()
                .map(|(n, name)| SeenColumn {
                    name: name.clone(),
                    samples: samples[n]
                        .iter()
                        .filter(|cell| !cell.is_blank())
                        .take(SAMPLES)
                        .map(|cell| short(&cell.text()))
                        .collect(),
                    guess: proposal.object.fields.get(n).map(|field| field.to_json()).unwrap_or_default(),
                    format: guess_date_format(&samples[n]).map(str::to_owned),
                    found: matches[n].clone(),
                })
                .collect(),
        });
        Ok(())
    }

    async fn matches(
        &self,
        headings: &[String],
        samples: &[Vec<Cell>],
        object: Option<&Arc<Object>>,
        mapping: &Mapping,
        actor: &Actor,
    ) -> Result<Vec<Option<Match>>, Refusal> {
        let Some(object) = object else { return Ok(vec![None; headings.len()]) };
        let learned = store::learned(self.records().db(), &object.key).await?;
        let mut matches = run::match_columns(headings, samples, object, actor, &learned);
        for (heading, found) in headings.iter().zip(&mut matches) {
            match mapping.columns.get(heading) {
                Some(Some(column)) => *found = Some(Match { field: column.field.clone(), how: How::Given }),
                Some(None) => *found = None,
                None => {}
            }
        }
        Ok(matches)
    }

    /// The mapping with every column decided.
    pub(super) fn whole_mapping(job: &Job) -> (Mapping, Vec<String>) {
        let look = job.body.look.as_ref();
        let headings = look.map(Look::headings).unwrap_or_default();
        let matches: Vec<Option<Match>> =
            look.map(|look| look.columns.iter().map(|column| column.found.clone()).collect()).unwrap_or_default();
        (run::complete(&job.body.mapping, &headings, &matches), headings)
    }

    /// What is wrong with starting this import now.
    pub(super) fn check(&self, job: &Job, actor: &Actor) -> Result<Problems, Refusal> {
        let Some(key) = &job.body.object else {
            return Ok(vec![Problem::new(Code::Missing, "object").with("name", "object")]);
        };
        let object = self.records().object_for(actor, key)?;
        let (mapping, headings) = Imports::whole_mapping(job);
        Ok(crate::validate(&mapping, &headings, &object, &self.records().catalog(), actor))
    }

    /// Columns whose values are titles or unique texts of an object's records.
    async fn guess_links(
        &self,
        samples: &[Vec<Cell>],
        actor: &Arc<Actor>,
        catalog: &Catalog,
    ) -> Result<BTreeMap<usize, LinkGuess>, Refusal> {
        /// More objects and columns than this are not asked about.
        const OBJECTS: usize = 100;
        const COLUMNS: usize = 50;
        let mut guesses = BTreeMap::new();
        let readable = |object: &&Arc<Object>| actor.may(object, Access::Read) && object.parent.is_none();
        for (n, cells) in samples.iter().enumerate().take(COLUMNS) {
            let names = run::names_in(cells, actor.reading.zone);
            if names.len() < 2 {
                continue;
            }
            let mut best: Option<(usize, LinkGuess)> = None;
            for object in catalog.active().filter(readable).take(OBJECTS) {
                let fields = object.fields.iter().filter(|field| Some(field.id) == object.title || field.def.unique);
                for field in fields.filter(|field| matches!(field.column, kehub_model::fields::Column::Text { .. })) {
                    let found = match ask::find(self.records(), actor, &object.key, &field.key, names.clone()).await {
                        Ok(found) => found.values().filter(|hits| !matches!(hits, run::Hits::None)).count(),
                        // A field one may not see makes no link.
                        Err(Refusal::Problems(_)) => 0,
                        Err(fault) => return Err(fault),
                    };
                    if run::is_link(names.len(), found) && best.as_ref().is_none_or(|(most, _)| found > *most) {
                        best = Some((found, LinkGuess { object: object.key.clone(), field: field.key.clone() }));
                    }
                }
            }
            if let Some((_, guess)) = best {
                guesses.insert(n, guess);
            }
        }
        Ok(guesses)
    }
}

/// The first cells of each column.
fn samples(inspection: &Inspection) -> Vec<Vec<Cell>> {
    let mut samples: Vec<Vec<Cell>> = vec![Vec::new(); inspection.columns.len()];
    for row in inspection.data() {
        for (column, cells) in samples.iter_mut().enumerate() {
            cells.push(row.cells.get(column).cloned().unwrap_or(Cell::Empty));
        }
    }
    samples
}

/// Rows below the header, as far as the file says.
fn rows_of(inspection: &Inspection) -> u64 {
    let stated = inspection.sheets.iter().find(|sheet| sheet.name == inspection.sheet).map_or(0, |sheet| sheet.rows);
    let header = inspection.header_row.map_or(0, |row| u64::from(row + inspection.header_rows - 1));
    stated.saturating_sub(header)
}

fn short(text: &str) -> String {
    const MOST: usize = 80;
    if text.chars().count() <= MOST { text.to_owned() } else { text.chars().take(MOST).chain(['…']).collect() }
}
