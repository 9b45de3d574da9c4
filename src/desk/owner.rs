//! One process owns the store; the others ask it over a Unix socket: a JSON question, then a JSON line for each row.

use std::{
    fs, io,
    io::{BufRead, BufReader, Write},
    net::Shutdown,
    os::unix::{
        fs::PermissionsExt,
        net::{UnixListener, UnixStream},
    },
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Ask, Desk, Error};

/// How long a peer may keep silent before it is hung up on.
const PATIENCE: Duration = Duration::from_secs(60);
/// A question is never longer than this.
const LONGEST_QUESTION: u64 = 1 << 20;

/// One line of an answer.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Row(Value),
    Error(String),
    End,
}

/// Answers other processes until it is dropped.
#[derive(Debug)]
pub struct Owner {
    path: PathBuf,
    closing: Arc<AtomicBool>,
    listening: Option<JoinHandle<()>>,
}

/// A socket's path must fit into about 100 bytes, and a workspace may lie deep: then it lies in the folder for
/// temporary files, under a name made from the workspace's path.
fn socket_path(data: &Path) -> PathBuf {
    let data = fs::canonicalize(data).unwrap_or_else(|_| data.to_owned());
    let near = data.join("owner.sock");
    if near.as_os_str().len() < 100 {
        return near;
    }
    let name = blake3::hash(near.as_os_str().as_encoded_bytes()).to_hex();
    std::env::temp_dir().join(format!("listwarden-{}.sock", &name[..16]))
}

impl Owner {
    /// Begins to answer. The caller owns the store in `data`, so a socket left by a killed process is stale.
    pub fn open(desk: Desk, data: &Path) -> Result<Self, Error> {
        let path = socket_path(data);
        let failed = |source| Error::Owner {
            path: path.clone(),
            source,
        };
        if let Err(source) = fs::remove_file(&path)
            && source.kind() != io::ErrorKind::NotFound
        {
            return Err(failed(source));
        }
        let listener = UnixListener::bind(&path).map_err(failed)?;
        // Whoever may decide about flags may also write the store's files, and nobody else.
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).map_err(failed)?;
        let closing = Arc::new(AtomicBool::new(false));
        let closed = Arc::clone(&closing);
        let listening = std::thread::spawn(move || listen(&listener, &desk, &closed));
        Ok(Self {
            path,
            closing,
            listening: Some(listening),
        })
    }
}

/// Whoever asks is answered on a thread of its own. At the end all of them are hung up on and waited for, so that
/// nobody holds the store any longer.
fn listen(listener: &UnixListener, desk: &Desk, closed: &AtomicBool) {
    let mut serving: Vec<(UnixStream, JoinHandle<()>)> = Vec::new();
    for stream in listener.incoming().flatten() {
        if closed.load(Ordering::Relaxed) {
            break;
        }
        serving.retain(|(_, answer)| !answer.is_finished());
        let (desk, Ok(peer)) = (desk.clone(), stream.try_clone()) else {
            continue;
        };
        serving.push((peer, std::thread::spawn(move || serve(&desk, stream))));
    }
    for (peer, answer) in serving {
        let _ = peer.shutdown(Shutdown::Both);
        let _ = answer.join();
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::Relaxed);
        // Wakes the listening thread, which then sees that it is to end.
        let woken = UnixStream::connect(&self.path).is_ok();
        let _ = fs::remove_file(&self.path);
        if let Some(listening) = self.listening.take().filter(|_| woken) {
            let _ = listening.join();
        }
    }
}

/// A peer that goes away or talks nonsense is its own loss.
fn serve(desk: &Desk, stream: UnixStream) {
    let _ = stream.set_read_timeout(Some(PATIENCE));
    let _ = stream.set_write_timeout(Some(PATIENCE));
    let mut question = String::new();
    let mut reader = BufReader::new(io::Read::take(&stream, LONGEST_QUESTION));
    if reader.read_line(&mut question).is_err() {
        return;
    }
    let mut out = io::BufWriter::new(&stream);
    let mut say = |line: &Line| -> Result<(), Error> {
        let written = serde_json::to_writer(&mut out, line)
            .map_err(io::Error::from)
            .and_then(|()| out.write_all(b"\n"));
        written.map_err(|_| Error::HungUp)
    };
    let answered = match serde_json::from_str::<Ask>(&question) {
        Ok(ask) => desk.answer(ask, &mut |row| say(&Line::Row(row))),
        Err(e) => Err(Error::Refused(format!(
            "the question could not be read: {e}"
        ))),
    };
    let last = match answered {
        Ok(()) => Line::End,
        Err(error) => Line::Error(error.to_string()),
    };
    let _ = say(&last);
    let _ = out.flush();
}

/// Asks the process that owns the store in `data`.
pub fn ask(
    data: &Path,
    question: &Ask,
    row: &mut dyn FnMut(Value) -> Result<(), Error>,
) -> Result<(), Error> {
    let path = socket_path(data);
    let failed = |source| Error::Owner {
        path: path.clone(),
        source,
    };
    let mut stream = UnixStream::connect(&path).map_err(failed)?;
    serde_json::to_writer(&mut stream, question).map_err(|e| failed(e.into()))?;
    stream.write_all(b"\n").map_err(failed)?;
    for line in BufReader::new(stream).lines() {
        let line = line.map_err(failed)?;
        match serde_json::from_str(&line).map_err(|e| failed(e.into()))? {
            Line::Row(value) => row(value)?,
            Line::Error(message) => return Err(Error::Refused(message)),
            Line::End => return Ok(()),
        }
    }
    Err(failed(io::Error::new(
        io::ErrorKind::UnexpectedEof,
        "it hung up in the middle of its answer",
    )))
}
