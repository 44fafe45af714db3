//! Reading in a process of its own. A parser of foreign formats may want endless memory, and in Rust a failed allocation
//! ends the process: so it is one that may end.
//!
//! The parent starts its own executable with `ARGUMENT`, which must call [`serve`] before it starts threads. The request goes
//! in as one line of JSON, the answer comes out as frames (`wire`). The child limits its memory and processor time itself,
//! may write no file, opens no connection, and inherits nothing of the environment.

use std::io::{self, BufReader, Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

use kehub_model::Problem;
use serde::{Deserialize, Serialize};

use super::trouble::Trouble;
use super::{Choice, Inspection, Part, Rows, look, pour, wire};

/// The hidden argument that makes an executable a reader.
pub const ARGUMENT: &str = "read-file";

/// What a reading child may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    pub memory_bytes: u64,
    pub cpu_seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { memory_bytes: 512 << 20, cpu_seconds: 120 }
    }
}

/// How to start a reader.
#[derive(Clone, Debug)]
pub struct Reader {
    pub program: PathBuf,
    pub arguments: Vec<String>,
    pub limits: Limits,
}

#[derive(Serialize, Deserialize)]
struct Request {
    path: PathBuf,
    choice: Choice,
    what: What,
    limits: Limits,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    Inspect,
    Rows,
}

impl Reader {
    /// `program` is our own executable, as whoever starts us knows it.
    pub fn new(program: impl Into<PathBuf>) -> Reader {
        Reader { program: program.into(), arguments: vec![ARGUMENT.to_owned()], limits: Limits::default() }
    }

    /// As [`super::inspect`], in a child.
    pub fn inspect(&self, path: &Path, choice: &Choice) -> Result<Inspection, Problem> {
        let mut answer = self.start(path, choice, What::Inspect).map_err(Trouble::problem)?;
        let mut line = Vec::new();
        let read = answer.output.read_to_end(&mut line);
        let said = read.ok().and_then(|_| serde_json::from_slice::<Result<Inspection, Trouble>>(&line).ok());
        said.unwrap_or_else(|| Err(answer.last_words())).map_err(Trouble::problem)
    }

    /// As [`super::rows`], in a child that is ended when the rows are dropped.
    pub fn open(&self, path: &Path, choice: &Choice) -> Result<Rows, Problem> {
        let answer = self.start(path, choice, What::Rows).map_err(Trouble::problem)?;
        Rows::start(Box::new(answer))
    }

    fn start(&self, path: &Path, choice: &Choice, what: What) -> Result<Answer, Trouble> {
        // The child has another working folder in mind than its parent may have later.
        let path = std::path::absolute(path)?;
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).env_clear();
        // The allocator takes addresses in pieces of a gigabyte unless it is told otherwise: more than the child may have.
        command.env("MIMALLOC_ARENA_RESERVE", "16384").env("MIMALLOC_ARENA_EAGER_COMMIT", "0");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn()?;
        let request = Request { path, choice: choice.clone(), what, limits: self.limits };
        let sent = child.stdin.take().map(|mut input| {
            let mut line = serde_json::to_vec(&request)?;
            line.push(b'\n');
            input.write_all(&line)
        });
        let Some(output) = child.stdout.take() else { return Err(Trouble::Crashed) };
        let mut answer =
            Answer { child, output: BufReader::with_capacity(256 << 10, output), buffer: Vec::new(), ended: false };
        match sent {
            Some(Ok(())) => Ok(answer),
            Some(Err(_)) | None => Err(answer.last_words()),
        }
    }
}

/// A child that is answering.
struct Answer {
    child: Child,
    output: BufReader<ChildStdout>,
    buffer: Vec<u8>,
    ended: bool,
}

impl Answer {
    /// Why the child died, told from how.
    fn last_words(&mut self) -> Trouble {
        // One that still runs has closed its output or talks nonsense.
        let _ = self.child.kill();
        self.child.wait().map_or(Trouble::Crashed, cause)
    }
}

impl Iterator for Answer {
    type Item = Part;

    fn next(&mut self) -> Option<Part> {
        if self.ended {
            return None;
        }
        let part = match wire::read(&mut self.output, &mut self.buffer) {
            Some(part) => part,
            None => Part::Failed(self.last_words()),
        };
        self.ended = matches!(part, Part::End | Part::Failed(_));
        Some(part)
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        // It may have ended already; waiting for it leaves no zombie behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(unix)]
fn cause(status: ExitStatus) -> Trouble {
    use std::os::unix::process::ExitStatusExt;

    use rustix::process::Signal;
    match status.signal() {
        // Rust aborts when there is no memory left.
        Some(signal) if signal == Signal::ABORT.as_raw() => Trouble::TooMuchMemory,
        Some(signal) if signal == Signal::XCPU.as_raw() => Trouble::TooMuchTime,
        _ => Trouble::Crashed,
    }
}

#[cfg(not(unix))]
fn cause(_: ExitStatus) -> Trouble {
    Trouble::Crashed
}

/// The child: reads one request, answers it, and is done.
pub fn serve() -> io::Result<()> {
    let mut line = Vec::new();
    io::stdin().lock().read_to_end(&mut line)?;
    let request: Request = serde_json::from_slice(&line)?;
    limit(request.limits)?;
    let mut out = io::stdout().lock();
    match request.what {
        What::Inspect => {
            let said = look(&request.path, &request.choice);
            out.write_all(&serde_json::to_vec(&said)?)?;
        }
        What::Rows => {
            let mut buffer = Vec::new();
            pour(&request.path, &request.choice, &mut |part| match wire::write(&part, &mut buffer, &mut out) {
                Ok(()) => ControlFlow::Continue(()),
                // The parent no longer listens.
                Err(_) => ControlFlow::Break(()),
            });
        }
    }
    out.flush()
}

#[cfg(unix)]
fn limit(limits: Limits) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let both = |most| Rlimit { current: Some(most), maximum: Some(most) };
    setrlimit(Resource::As, both(limits.memory_bytes))?;
    // The soft limit says why by its signal; the hard one would only kill.
    let time = Rlimit { current: Some(limits.cpu_seconds), maximum: Some(limits.cpu_seconds + 5) };
    setrlimit(Resource::Cpu, time)?;
    setrlimit(Resource::Core, both(0))?;
    setrlimit(Resource::Fsize, both(0))?;
    Ok(())
}

#[cfg(not(unix))]
fn limit(_: Limits) -> io::Result<()> {
    Ok(())
}
