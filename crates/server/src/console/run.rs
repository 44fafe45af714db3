//! Carries out what is asked on the console.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use kehub_api::Refused;
use kehub_connect::http::Console;
use kehub_model::fields::Reading;
use kehub_model::{Actor, Language};
use kehub_records::Refusal;
use serde_json::{Value as Json, json};

use super::command::{Command, Order, Report};
use super::{backup, proof};
use crate::app::App;
use crate::identity::{LinkKind, NewAdmin};
use crate::solutions::{self, Package};

pub async fn run(app: &Arc<App>, order: Order) -> anyhow::Result<Report> {
    let actor = actor(app, order.acting_as.as_deref()).await?;
    let report = match order.command {
        Command::AdminCreate { email, name, password } => admin(app, email, name, password).await,
        Command::Apply { path, plan } => apply(app, &actor, &path, plan).await,
        Command::ExportApp { solution, path } => export(app, &solution, &path).await,
        Command::Install { solution, sample } => install(app, &actor, &solution, sample).await,
        Command::Import { object, file, map, key, dry_run } => {
            import(app, &actor, Console { object, file, map, key, dry_run }).await
        }
        Command::Backup { path } => backup::backup(app, &path).await.map_err(Refused::fault),
        Command::Verify => proof::verify(app).await,
        Command::AuditVerify => proof::audit(app).await,
    };
    report.map_err(spoken)
}

/// A refusal in one clear line.
pub fn spoken(refused: Refused) -> anyhow::Error {
    match refused.refusal {
        Refusal::Problems(problems) | Refusal::Conflicts { problems, .. } => {
            let words: Vec<String> = problems
                .iter()
                .map(|problem| match problem.at.as_str() {
                    "" => problem.message(Language::En),
                    at => format!("{at}: {}", problem.message(Language::En)),
                })
                .collect();
            anyhow::anyhow!("{}", words.join("; "))
        }
        Refusal::Fault(fault) => anyhow::anyhow!("{fault}"),
    }
}

/// As whom the command acts.
async fn actor(app: &App, email: Option<&str>) -> anyhow::Result<Arc<Actor>> {
    let Some(email) = email else { return Ok(Arc::new(Actor::console())) };
    let email = crate::identity::folded(email);
    let credentials = crate::identity::credentials(app.db()).await?;
    let person =
        credentials.iter().find(|one| one.email == email).with_context(|| format!("nobody signs in as {email}"))?;
    let workspace = app.identity.workspace();
    let zone = person.time_zone.as_deref().and_then(|zone| zone.parse().ok()).unwrap_or(workspace.zone);
    let language = person.locale.as_deref().map_or(workspace.language, Language::accepted);
    let actor = app.records.actor(person.person, Reading { zone, language }).await?;
    actor.with_context(|| format!("{email} may not sign in"))
}

async fn admin(app: &App, email: String, name: String, password: Option<String>) -> Result<Report, Refused> {
    let has_password = password.is_some();
    let person = app.identity.make_admin(NewAdmin { name, email: email.clone(), password }).await?;
    let mut json = json!({ "id": person, "email": crate::identity::folded(&email) });
    if has_password {
        return Ok(Report::well(format!("{email} is an administrator."), json));
    }
    let url = app.identity.make_link(person, LinkKind::Invitation).await?;
    let words = format!("{email} is an administrator. Set a password at {url}");
    json["url"] = url.into();
    Ok(Report::well(words, json))
}

async fn apply(app: &App, actor: &Arc<Actor>, path: &Path, is_plan: bool) -> Result<Report, Refused> {
    let package = Package::from_files(folder(path).map_err(Refused::fault)?)?;
    if is_plan {
        let plan = solutions::plan(app, actor, &package).await?;
        let is_well = plan["problems"].as_array().is_none_or(Vec::is_empty);
        return Ok(Report { words: told(&plan), json: plan, is_well });
    }
    let done = solutions::apply(app, actor, &package).await?;
    app.identity.standing_changed().await?;
    Ok(Report::well(told(&done), done))
}

/// A plan in words: a line for each definition that does not stay as it is.
fn told(plan: &Json) -> String {
    let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
    let mut lines = vec![format!("{} {}", text(&plan["solution"]), text(&plan["version"]))];
    for one in plan["definitions"].as_array().into_iter().flatten() {
        let conflicts: Vec<String> = one["conflicts"].as_array().into_iter().flatten().map(text).collect();
        let mut line = format!("  {:<9} {} {}", text(&one["action"]), text(&one["kind"]), text(&one["key"]));
        if !conflicts.is_empty() {
            line.push_str(&format!(" (kept as you have it: {})", conflicts.join(", ")));
        }
        lines.push(line);
    }
    for change in plan["changes"].as_array().into_iter().flatten() {
        lines.push(format!("  {:<9} {}", text(&change["kind"]), text(&change["what"])));
    }
    for problem in plan["problems"].as_array().into_iter().flatten() {
        lines.push(format!("  problem   {}: {}", text(&problem["at"]), text(&problem["message"])));
    }
    if let Some(sample) = plan["sample"].as_object() {
        lines.extend(sample.iter().map(|(object, count)| format!("  sample    {count} {object}")));
    }
    lines.join("\n")
}

/// The files of a folder, named from it.
fn folder(path: &Path) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    anyhow::ensure!(path.join("solution.yaml").is_file(), "{} holds no solution.yaml", path.display());
    let mut files = Vec::new();
    let mut waiting: Vec<PathBuf> = vec![path.to_owned()];
    while let Some(next) = waiting.pop() {
        for entry in std::fs::read_dir(&next)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                waiting.push(entry.path());
            } else {
                let name = entry.path().strip_prefix(path)?.to_string_lossy().replace('\\', "/");
                files.push((name, std::fs::read(entry.path())?));
            }
        }
    }
    files.sort();
    Ok(files)
}

async fn export(app: &App, solution: &str, path: &Path) -> Result<Report, Refused> {
    let files = solutions::export(app, solution).await?;
    for (name, content) in &files {
        let file = path.join(name);
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder).map_err(Refused::fault)?;
        }
        std::fs::write(&file, content).map_err(Refused::fault)?;
    }
    let words = format!("{} files of {solution} in {}", files.len(), path.display());
    Ok(Report::well(
        words,
        json!({ "solution": solution, "files": files.iter().map(|(name, _)| name).collect::<Vec<_>>() }),
    ))
}

async fn install(app: &App, actor: &Arc<Actor>, solution: &str, sample: bool) -> Result<Report, Refused> {
    let package = solutions::shipped().iter().find(|package| package.key == solution);
    let Some(package) = package else {
        let known: Vec<&str> = solutions::shipped().iter().map(|package| package.key.as_str()).collect();
        return Err(kehub_model::Problem::new(kehub_model::Code::NotOneOf, "solution")
            .with("allowed", known.join(" "))
            .into());
    };
    let done = solutions::install(app, actor, package, sample).await?;
    app.identity.standing_changed().await?;
    Ok(Report::well(told(&done), done))
}

async fn import(app: &App, actor: &Arc<Actor>, console: Console) -> Result<Report, Refused> {
    let summary = app.imports.import(actor, console).await?;
    let json = serde_json::to_value(&summary).map_err(Refused::fault)?;
    let count = |name: &str| json["counts"][name].as_u64().unwrap_or_default();
    let counts = ["new", "changed", "same", "failed", "ambiguous"].map(|name| format!("{name} {}", count(name)));
    let mut lines = vec![counts.join("  ")];
    lines.extend(summary.problems.iter().map(|problem| format!("{}: {}", problem.at, problem.message)));
    lines.extend(summary.failures.iter().map(|path| format!("rows that stayed behind: {}", path.display())));
    Ok(Report { words: lines.join("\n"), is_well: summary.is_good(), json })
}
