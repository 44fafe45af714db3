//! Many clients at once for a while, and what came of it.

use std::time::{Duration, Instant};

use anyhow::Result;

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

/// Runs the work of each client over and over. `make` makes what a client works with; the number is different in every call.
pub(super) fn run<C>(
    plan: Plan,
    cpu: impl Fn() -> f64,
    make: impl Fn(usize) -> Result<C> + Sync,
    work: impl Fn(&mut C, u64) -> Result<()> + Sync,
) -> Result<Figures> {
    let mut rates = Vec::new();
    let mut times: Vec<f64> = Vec::new();
    let (mut used, mut done) = (0.0, 0.0);
    for round in 0..=plan.repetitions {
        let time = if round == 0 { plan.warm } else { plan.time };
        let (before, begun) = (cpu(), Instant::now());
        let all: Vec<Result<Vec<f64>>> = std::thread::scope(|scope| {
            let clients: Vec<_> = (0..plan.clients)
                .map(|n| {
                    let (make, work) = (&make, &work);
                    scope.spawn(move || {
                        let mut client = make(n)?;
                        let mut took = Vec::new();
                        let mut number = ((round * plan.clients + n) as u64) << 32;
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
            clients
                .into_iter()
                .map(|client| client.join().unwrap_or_else(|_| Err(anyhow::anyhow!("a client panicked"))))
                .collect()
        });
        let seconds = begun.elapsed().as_secs_f64();
        let mut count = 0.0;
        for client in all {
            let client = client?;
            count += client.len() as f64 * plan.each;
            if round > 0 {
                times.extend(client);
            }
        }
        if round > 0 {
            rates.push(count / seconds);
            used += cpu() - before;
            done += count;
        }
    }
    rates.sort_by(f64::total_cmp);
    times.sort_by(f64::total_cmp);
    let at = |share: f64| {
        times
            .get(((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1)))
            .copied()
            .unwrap_or_default()
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
