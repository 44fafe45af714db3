//! Many clients at once for a while, and what came of it.

use std::time::{Duration, Instant};

use anyhow::Result;

use super::house::House;
use super::http::AsyncClient;

/// What a line of the table says.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Figures {
    /// Pieces of work a second: the median of the repetitions.
    pub(super) rate: f64,
    /// The lowest and the highest repetition.
    pub(super) low: f64,
    pub(super) high: f64,
    /// Milliseconds.
    pub(super) p50: f64,
    pub(super) p99: f64,
    /// Microseconds of CPU time of the server, each.
    pub(super) cpu: f64,
}

/// How a line is measured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) clients: usize,
    pub(super) repetitions: usize,
    pub(super) warm: Duration,
    pub(super) time: Duration,
    /// How much one call counts.
    pub(super) each: f64,
}

/// What one round came to: how long each call took, and how long all of it.
type Round = (Vec<f64>, f64);

/// Runs the work of each client over and over, a thread each. `make` makes what a client works with; the number is different in
/// every call.
pub(super) fn run<C>(
    plan: Plan,
    cpu: impl Fn() -> f64,
    make: impl Fn(usize) -> Result<C> + Sync,
    work: impl Fn(&mut C, u64) -> Result<()> + Sync,
) -> Result<Figures> {
    rounds(plan, cpu, |round, time| {
        let begun = Instant::now();
        let all: Vec<Result<Vec<f64>>> = std::thread::scope(|scope| {
            let clients: Vec<_> = (0..plan.clients)
                .map(|n| {
                    let (make, work) = (&make, &work);
                    scope.spawn(move || {
                        let mut client = make(n)?;
                        let mut took = Vec::new();
                        let mut number = first(plan, round, n);
                        while begun.elapsed() < time {
                            let start = Instant::now();
                            work(&mut client, number)?;
                            took.push(start.elapsed().as_secs_f64() * 1e3);
                            number += 1;
                        }
                        Ok(took)
                    })
                })
                .collect();
            let ended = clients.into_iter().map(std::thread::ScopedJoinHandle::join);
            ended.map(|client| client.unwrap_or_else(|_| Err(anyhow::anyhow!("a client panicked")))).collect()
        });
        let seconds = begun.elapsed().as_secs_f64();
        Ok((all.into_iter().collect::<Result<Vec<_>>>()?.concat(), seconds))
    })
}

/// A request to be made: method, path, body.
pub(super) type Request = (&'static str, String, String);

/// The same over HTTP. All clients are in one thread, which costs the machine little beside the server.
pub(super) fn drive(
    plan: Plan,
    cpu: impl Fn() -> f64,
    house: &House,
    request: impl Fn(u64) -> Request,
) -> Result<Figures> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    rounds(plan, cpu, |round, time| {
        let request = &request;
        let begun = Instant::now();
        let clients = (0..plan.clients).map(|n| async move {
            let mut client = AsyncClient::connect(&house.address, &house.token).await?;
            let mut took = Vec::new();
            let mut number = first(plan, round, n);
            while begun.elapsed() < time {
                let (method, path, body) = request(number);
                let start = Instant::now();
                client.good(method, &path, &body).await?;
                took.push(start.elapsed().as_secs_f64() * 1e3);
                number += 1;
            }
            anyhow::Ok(took)
        });
        let all = runtime.block_on(futures_util::future::try_join_all(clients))?;
        Ok((all.concat(), begun.elapsed().as_secs_f64()))
    })
}

/// The first number of a client's calls in a round.
fn first(plan: Plan, round: usize, client: usize) -> u64 {
    ((round * plan.clients + client) as u64) << 32
}

/// Warms up, repeats, and sums up.
fn rounds(
    plan: Plan,
    cpu: impl Fn() -> f64,
    mut once: impl FnMut(usize, Duration) -> Result<Round>,
) -> Result<Figures> {
    let mut rates = Vec::new();
    let mut times: Vec<f64> = Vec::new();
    let (mut used, mut done) = (0.0, 0.0);
    for round in 0..=plan.repetitions {
        let before = cpu();
        let (took, seconds) = once(round, if round == 0 { plan.warm } else { plan.time })?;
        if round > 0 {
            let count = took.len() as f64 * plan.each;
            rates.push(count / seconds);
            used += cpu() - before;
            done += count;
            times.extend(took);
        }
    }
    rates.sort_by(f64::total_cmp);
    times.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let place = ((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1));
        times.get(place).copied().unwrap_or_default()
    };
    Ok(Figures {
        rate: rates.get(rates.len() / 2).copied().unwrap_or_default(),
        low: rates.first().copied().unwrap_or_default(),
        high: rates.last().copied().unwrap_or_default(),
        p50: at(0.5),
        p99: at(0.99),
        cpu: if done > 0.0 { used * 1e6 / done } else { 0.0 },
    })
}

/// Seconds of CPU time of a process and the children it has waited for.
pub(super) fn cpu_of(pid: u32) -> f64 {
    let Ok(text) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else { return 0.0 };
    let fields: Vec<f64> = text
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .map(|field| field.parse().unwrap_or_default())
        .collect();
    // User and system time, in hundredths.
    (fields.get(11).unwrap_or(&0.0) + fields.get(12).unwrap_or(&0.0)) / 100.0
}

/// Megabytes a process holds in memory.
pub(super) fn memory_of(pid: u32) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<f64>().ok()).unwrap_or_default() / 1024.0
}
