//! Runs a program: its lines are shown as they come, counted, and it ends within its time.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::tally::Tally;

/// What became of a program.
pub(crate) struct Ended {
    pub(crate) ok: bool,
    pub(crate) tally: Tally,
}

/// Runs to the end, at most `minutes`, without standard input.
pub(crate) fn run(command: &mut Command, minutes: u64) -> Result<Ended> {
    let name = command.get_program().to_string_lossy().into_owned();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().with_context(|| format!("cannot start {name}"))?;
    let (said, lines) = channel();
    let readers = [
        child.stdout.take().map(|out| read_lines(out, said.clone())),
        child.stderr.take().map(|out| read_lines(out, said)),
    ];
    let until = Instant::now() + Duration::from_secs(minutes * 60);
    let mut tally = Tally::default();
    let mut ended = None;
    loop {
        match lines.recv_timeout(Duration::from_millis(100)) {
            Ok(line) => {
                println!("{line}");
                tally.hear(&line);
            }
            // All writers of both pipes are gone.
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                ended = ended.or(child.try_wait()?.map(|_| Instant::now()));
                // A grandchild left behind may hold the pipes; it is not waited for.
                if ended.is_some_and(|at| at.elapsed() > Duration::from_secs(5)) {
                    break;
                }
            }
        }
        if Instant::now() > until {
            println!("{name} took longer than {minutes} minutes and was stopped");
            stop_tree(&mut child);
            return Ok(Ended { ok: false, tally });
        }
    }
    drop(readers);
    Ok(Ended { ok: child.wait()?.success(), tally })
}

/// Runs quietly; its words only when it fails.
pub(crate) fn quietly(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start {name}"))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    anyhow::ensure!(output.status.success(), "{name} failed: {said}{}", String::from_utf8_lossy(&output.stderr));
    Ok(said)
}

/// Whether a program can be found.
pub(crate) fn is_there(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

/// Sends a signal (`TERM`, `INT`) without waiting.
pub(crate) fn signal(pid: u32, name: &str) {
    // A process that is gone already needs no signal.
    let _gone = Command::new("kill").args([format!("-{name}"), pid.to_string()]).stderr(Stdio::null()).status();
}

/// Waits for a child at most so long; whether it ended well, `None` when it has not ended.
pub(crate) fn wait(child: &mut Child, seconds: u64) -> Option<bool> {
    let until = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < until {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status.success());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    None
}

/// A program that ends when this one does, however this one ends.
pub(crate) fn bound(program: &str) -> Command {
    if !is_there("setpriv") {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "TERM", "--", program]);
    command
}

fn read_lines(from: impl Read + Send + 'static, to: Sender<String>) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        for line in BufReader::new(from).split(b'\n') {
            let Ok(line) = line else { return };
            if to.send(String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned()).is_err() {
                return;
            }
        }
    })
}

/// Ends a child and all it started.
fn stop_tree(child: &mut Child) {
    let mut all = vec![child.id()];
    let mut n = 0;
    while n < all.len() {
        let tasks = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", all[n])).unwrap_or_default();
        all.extend(tasks.split_whitespace().filter_map(|pid| pid.parse::<u32>().ok()));
        n += 1;
    }
    for pid in &all {
        signal(*pid, "TERM");
    }
    if wait(child, 10).is_none() {
        for pid in &all {
            signal(*pid, "KILL");
        }
        let _ended = child.wait();
    }
}
