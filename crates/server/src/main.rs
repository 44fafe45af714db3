//! The binary `kehub`.

fn main() -> std::process::ExitCode {
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
