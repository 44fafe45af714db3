//! The lines of the table, in the order they are measured: reading first needs rows, so filling comes before it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::Options;
use super::bare::{Bare, Hand};
use super::data::{OBJECT, Row, STATUS, object};
use super::house::House;
use super::http::Client;
use super::imports;
use super::load::{self, Figures, Plan, Request, cpu_of, memory_of};
use super::table::{Line, write};
use crate::postgres::Cluster;

/// Everything a line may need.
struct Place {
    folder: PathBuf,
    has_deals: bool,
    house: House,
    bare: Bare,
    cluster: Option<Cluster>,
    options: Options,
    ids: Vec<String>,
}

type Measure = fn(&mut Place) -> Result<Line>;

/// Name on the command line, and the measuring.
const LINES: &[(&str, Measure)] = &[
    ("start", start),
    ("create", create),
    ("batch", batch),
    ("fill", fill),
    ("get", get),
    ("list", list),
    ("contains_chinese", contains_chinese),
    ("contains_latin", contains_latin),
    ("aggregate", aggregate),
    ("import_100k", import_small),
    ("import_1m", import_large),
    ("restart", restart),
    ("memory", memory),
];

/// Lines that others stand on.
const NEEDED: &[&str] = &["fill"];

pub(super) fn run(options: &Options) -> Result<bool> {
    if let Some(unknown) = options.lines.iter().find(|name| LINES.iter().all(|(known, _)| known != name)) {
        let known: Vec<&str> = LINES.iter().map(|(name, _)| *name).collect();
        bail!("there is no line {unknown}; there are {}", known.join(", "));
    }
    let binary = PathBuf::from("target/release/kehub");
    if !binary.is_file() {
        bail!("target/release/kehub is not there; `make build` makes it");
    }
    let folder = std::env::current_dir()?.join("target/bench").join(std::process::id().to_string());
    std::fs::create_dir_all(&folder)?;
    let lines = measure(options, &binary, &folder);
    // What is left over is in the folder cargo clean removes.
    let _left = std::fs::remove_dir_all(&folder);
    write(options, &lines?)?;
    Ok(true)
}

fn measure(options: &Options, binary: &std::path::Path, folder: &std::path::Path) -> Result<Vec<Line>> {
    let cluster = if options.is_postgres { Some(Cluster::durable()?) } else { None };
    let database = cluster.as_ref().map(Cluster::url);
    let bare = match &database {
        None => Bare::sqlite(folder.join("bare.db"))?,
        Some(url) => Bare::postgres(url.clone())?,
    };
    let house = House::start(binary, &folder.join("data"), database.as_deref())?;
    house.client()?.json("POST", "/api/v1/objects", &object())?;
    let mut place = Place {
        folder: folder.to_owned(),
        has_deals: false,
        house,
        bare,
        cluster,
        options: options.clone(),
        ids: Vec::new(),
    };
    let mut lines = Vec::new();
    for (name, measure) in LINES {
        let is_named = options.lines.is_empty() || options.lines.iter().any(|line| line == name);
        if is_named || NEEDED.contains(name) {
            let line = measure(&mut place).with_context(|| (*name).to_owned())?;
            println!("{}", line.text());
            lines.push(line);
        }
    }
    Ok(lines)
}

impl Place {
    fn plan(&self, clients: usize) -> Plan {
        let (repetitions, seconds) = if self.options.is_quick { (3, 1) } else { (5, 4) };
        Plan { clients, repetitions, warm: Duration::from_secs(1), time: Duration::from_secs(seconds), each: 1.0 }
    }

    fn ours(&self, plan: Plan, request: impl Fn(u64) -> Request) -> Result<Figures> {
        let pid = self.house.pid();
        load::drive(plan, || cpu_of(pid), &self.house, request)
    }

    /// The bare library works in this process, together with its clients.
    fn bare(&self, plan: Plan, work: impl Fn(&mut Hand, u64) -> Result<()> + Sync) -> Result<Figures> {
        let bare = self.bare.clone();
        // Channels are for one thread each: every client takes its own hand.
        let hands = std::sync::Mutex::new(bare);
        load::run(
            plan,
            || cpu_of(std::process::id()),
            |_| hands.lock().map_err(|_| anyhow::anyhow!("poisoned"))?.hand(),
            work,
        )
    }
}

fn post(path: &str, body: &Value) -> Request {
    ("POST", format!("/api/v1/records/{OBJECT}{path}"), body.to_string())
}

fn good(client: &mut Client, method: &str, path: &str, body: &Value) -> Result<()> {
    let answer = client.send(method, path, &body.to_string())?;
    if answer.status >= 300 {
        bail!("{method} {path}: {} {}", answer.status, String::from_utf8_lossy(answer.body));
    }
    Ok(())
}

/// Far from the rows that `fill` makes.
fn fresh(n: u64) -> u64 {
    n + (1 << 40)
}

fn start(place: &mut Place) -> Result<Line> {
    Ok(Line::single(
        "start",
        "from the start of the process to /readyz, empty",
        place.house.ready.as_secs_f64() * 1e3,
        "ms",
    ))
}

fn restart(place: &mut Place) -> Result<Line> {
    let ready = place.house.again()?;
    Ok(Line::single("restart", "the same, with the rows", ready.as_secs_f64() * 1e3, "ms"))
}

fn memory(place: &mut Place) -> Result<Line> {
    let idle = memory_of(place.house.pid());
    place.ours(place.plan(16), |n| post("", &Row::of(fresh(n) + (1 << 41)).json()))?;
    let loaded = memory_of(place.house.pid());
    let postgres = if place.cluster.is_some() { ", without PostgreSQL" } else { "" };
    Ok(Line::single("memory", &format!("resident{postgres}; idle {idle:.0} MB, after load"), loaded, "MB"))
}

fn create(place: &mut Place) -> Result<Line> {
    let plan = place.plan(16);
    let ours = place.ours(plan, |n| post("", &Row::of(fresh(n)).json()))?;
    let bare = place.bare(plan, |hand, n| hand.create(fresh(n)))?;
    Ok(Line::pair("create", "create one record, durable, with rights, checks and history; 16 clients", ours, bare))
}

fn batch(place: &mut Place) -> Result<Line> {
    let plan = Plan { each: 1_000.0, ..place.plan(1) };
    let base = |n: u64| fresh(n & 0xffff_ffff) * 1_000 + (n >> 32) * 1_000_000_000;
    let ours = place.ours(plan, |n| {
        let records: Vec<Value> = (0..1_000).map(|k| Row::of(base(n) + k).json()).collect();
        post("/batch", &json!({ "records": records }))
    })?;
    let bare = place.bare(plan, |hand, n| hand.batch(base(n)))?;
    Ok(Line::pair("batch", "records by batches of 1,000, one client", ours, bare))
}

fn fill(place: &mut Place) -> Result<Line> {
    let rows = place.options.rows;
    let begun = Instant::now();
    let mut client = place.house.client()?;
    for start in (0..rows).step_by(5_000) {
        let records: Vec<Value> = (start..(start + 5_000).min(rows)).map(|n| Row::of(n).json()).collect();
        let answer = client.json("POST", &format!("/api/v1/records/{OBJECT}/batch"), &json!({ "records": records }))?;
        if place.ids.len() < 100_000 {
            let ids = answer["results"].as_array().into_iter().flatten().filter_map(|one| one["id"].as_str());
            place.ids.extend(ids.map(str::to_owned));
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    let begun = Instant::now();
    place.bare.hand()?.fill(rows)?;
    let bare = begun.elapsed().as_secs_f64();
    Ok(Line::single(
        "fill",
        &format!("{rows} rows by batches of 5,000; bare, with its indexes: {:.0} rows/s", rows as f64 / bare),
        rows as f64 / seconds,
        "rows/s",
    ))
}

fn get(place: &mut Place) -> Result<Line> {
    let plan = place.plan(16);
    let ids = &place.ids;
    let mix = |n: u64, of: usize| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20) as usize % of;
    let ours = place.ours(plan, |n| {
        let id = &ids[mix(n, ids.len())];
        ("GET", format!("/api/v1/records/{OBJECT}/{id}"), String::new())
    })?;
    let rows = place.options.rows as usize;
    let bare = place.bare(plan, |hand, n| hand.get(mix(n, rows) as u64).map(drop))?;
    Ok(Line::pair("get", "one record by id; 16 clients", ours, bare))
}

/// Until an answer comes within this time, or a while has passed: indexes and grams are made beside.
fn settle(place: &Place, within: Duration, request: &dyn Fn(u64) -> Request) -> Result<Duration> {
    let mut client = place.house.client()?;
    let begun = Instant::now();
    let mut quick = 0;
    for n in 0.. {
        let (method, path, body) = request(n);
        let asked = Instant::now();
        let answer = client.send(method, &path, &body)?;
        if answer.status >= 300 {
            bail!("{method} {path}: {} {}", answer.status, String::from_utf8_lossy(answer.body));
        }
        quick = if asked.elapsed() < within { quick + 1 } else { 0 };
        if quick >= 8 || begun.elapsed() > Duration::from_secs(180) {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(begun.elapsed())
}

fn list(place: &mut Place) -> Result<Line> {
    let asked = |n: u64| (format!("r{}", n % 8), STATUS[(n / 8 % 6) as usize]);
    let body = move |n: u64| {
        let (region, status) = asked(n);
        let filter = json!({"and": [{"field": "region", "op": "eq", "value": region}, {"field": "status", "op": "eq", "value": status}]});
        json!({"filter": filter, "sort": [{"field": "amount", "dir": "desc"}], "limit": 50})
    };
    let request = move |n: u64| post("/query", &body(n));
    let settled = settle(place, Duration::from_millis(30), &request)?;
    let plan = place.plan(16);
    let ours = place.ours(plan, request)?;
    let bare = place.bare(plan, |hand, n| {
        let (region, status) = asked(n);
        hand.list(&region, status).map(drop)
    })?;
    let about = format!(
        "list of 50, filter and sort; 16 clients; nobody made an index, quick after {:.0} s of use",
        settled.as_secs_f64()
    );
    Ok(Line::pair("list", &about, ours, bare))
}

fn contains(place: &mut Place, name: &'static str, text: &'static str) -> Result<Line> {
    let body = move |_: u64| json!({"filter": {"field": "company", "op": "contains", "value": text}, "sort": [{"field": "amount", "dir": "desc"}], "limit": 50});
    let request = move |n: u64| post("/query", &body(n));
    settle(place, Duration::from_millis(100), &request)?;
    let plan = place.plan(4);
    let ours = place.ours(plan, request)?;
    let bare = place.bare(plan, |hand, _| hand.contains(text).map(drop))?;
    Ok(Line::pair(name, &format!("contains “{text}”, rare, sorted; 4 clients; bare: a scan"), ours, bare))
}

fn contains_chinese(place: &mut Place) -> Result<Line> {
    contains(place, "contains_chinese", "麒麟")
}

fn contains_latin(place: &mut Place) -> Result<Line> {
    contains(place, "contains_latin", "zx")
}

fn aggregate(place: &mut Place) -> Result<Line> {
    let body = json!({"group": [{"field": "region"}], "measures": [{"fn": "count"}, {"fn": "sum", "field": "amount"}]});
    let request = |_: u64| post("/aggregate", &body);
    settle(place, Duration::from_millis(30), &request)?;
    let plan = place.plan(4);
    let ours = place.ours(plan, request)?;
    let bare = place.bare(plan, |hand, _| hand.sums().map(drop))?;
    Ok(Line::pair(
        "aggregate",
        "count and sum of all rows by region; 4 clients; bare with a covering index",
        ours,
        bare,
    ))
}

/// A file into an empty object, and the same file again; meanwhile one person saves a record every 20 ms.
fn import(place: &mut Place, name: &'static str, first: u64, rows: u64) -> Result<Line> {
    if !place.has_deals {
        imports::prepare(&mut place.house.client()?)?;
        imports::bare_tables(&place.bare)?;
        place.has_deals = true;
    }
    let path = place.folder.join(format!("{name}.csv"));
    imports::file(&path, first, rows)?;
    let is_over = AtomicBool::new(false);
    let (took, said, again, same, mut waits) = std::thread::scope(|scope| {
        let person = scope.spawn(|| -> Result<Vec<f64>> {
            let mut client = place.house.client()?;
            let mut waits = Vec::new();
            while !is_over.load(Ordering::Relaxed) {
                let begun = Instant::now();
                let row = Row::of(fresh(first + waits.len() as u64) + (1 << 42)).json();
                good(&mut client, "POST", &format!("/api/v1/records/{OBJECT}"), &row)?;
                waits.push(begun.elapsed().as_secs_f64() * 1e3);
                std::thread::sleep(Duration::from_millis(20));
            }
            Ok(waits)
        });
        let begun = Instant::now();
        let said = place.house.import(imports::OBJECT, &path);
        let took = begun.elapsed().as_secs_f64();
        is_over.store(true, Ordering::Relaxed);
        let waits = person.join().unwrap_or_else(|_| bail!("the person's thread panicked"))?;
        let begun = Instant::now();
        let same = place.house.import(imports::OBJECT, &path)?;
        anyhow::Ok((took, said?, begun.elapsed().as_secs_f64(), same, waits))
    })?;
    let counts = |said: &Value, what: &str| said["counts"][what].as_u64().unwrap_or_default();
    if counts(&said, "new") != rows || counts(&same, "same") != rows {
        bail!("not every row went in, or not every one was the same the second time: {said} {same}");
    }
    waits.sort_by(f64::total_cmp);
    let p99 = waits.get(waits.len() * 99 / 100).copied().unwrap_or_default();
    let begun = Instant::now();
    imports::bare_load(&place.bare, &path)?;
    let bare = rows as f64 / begun.elapsed().as_secs_f64();
    std::fs::remove_file(&path)?;
    let rate = rows as f64 / took;
    Ok(Line::single(
        name,
        &format!(
            "import of {rows} rows with a link, a unique code and history, file to done in {took:.1} s; the same file again: 0 changes, {again:.1} s; \
             a person's saves meanwhile p99 {p99:.0} ms; bare bulk load: {bare:.0} rows/s, ratio {:.2}",
            rate / bare
        ),
        rate,
        "rows/s",
    ))
}

fn import_small(place: &mut Place) -> Result<Line> {
    let rows = if place.options.is_quick { 10_000 } else { 100_000 };
    import(place, "import_100k", 0, rows)
}

fn import_large(place: &mut Place) -> Result<Line> {
    let rows = if place.options.is_quick { 50_000 } else { 1_000_000 };
    import(place, "import_1m", 100_000_000, rows)
}
