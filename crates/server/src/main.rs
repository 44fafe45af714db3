//! The binary `kehub`.

/// Values are made in one thread and dropped in another; see the reason in the workspace's manifest.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    // A reader of files ends here: it must be one before there are threads.
    if std::env::args().nth(1).as_deref() == Some(kehub_connect::files::child::ARGUMENT) {
        return if kehub_connect::files::child::serve().is_ok() {
            std::process::ExitCode::SUCCESS
        } else {
            std::process::ExitCode::FAILURE
        };
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("kehub: {error}");
            return std::process::ExitCode::FAILURE;
        }
    };
    match runtime.block_on(kehub::cli::main()) {
        Ok(true) => std::process::ExitCode::SUCCESS,
        Ok(false) => std::process::ExitCode::FAILURE,
        Err(error) => {
            // One clear line.
            eprintln!("kehub: {}", format!("{error:#}").replace('\n', "; "));
            std::process::ExitCode::FAILURE
        }
    }
}
