//! When bytes arrived. On Linux by the kernel's clock: a server that has no turn on a busy machine sees them later than they
//! came. Elsewhere when they were read.

use std::{
    io,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tokio::net::TcpStream;

/// Time since 1970.
pub(crate) type Moment = Duration;

pub(crate) fn now() -> Moment {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

/// Reads more, and says when the last byte of it arrived; none at the end.
pub(crate) async fn read(stream: &TcpStream, into: &mut Vec<u8>) -> io::Result<Option<Moment>> {
    let mut bytes = [0; 4096];
    let (length, at) = kernel::read(stream, &mut bytes).await?;
    into.extend_from_slice(&bytes[..length]);
    Ok((length > 0).then_some(at))
}

pub(crate) use kernel::noted;

#[cfg(target_os = "linux")]
mod kernel {
    use std::{
        io::{self, IoSliceMut},
        os::fd::{AsFd, AsRawFd},
    };

    use nix::sys::{
        socket::{ControlMessageOwned, MsgFlags, recvmsg, setsockopt, sockopt::ReceiveTimestampns},
        time::TimeSpec,
    };
    use tokio::{
        io::Interest,
        net::{TcpListener, TcpStream},
    };

    use super::Moment;

    /// From now on the kernel notes when bytes arrive at connections to here. Asked for each connection by itself it would
    /// be too late for what came with it.
    pub(crate) fn noted(listener: &TcpListener) -> io::Result<()> {
        Ok(setsockopt(&listener.as_fd(), ReceiveTimestampns, &true)?)
    }

    pub(super) async fn read(stream: &TcpStream, bytes: &mut [u8]) -> io::Result<(usize, Moment)> {
        let (length, at) = stream
            .async_io(Interest::READABLE, || {
                let mut room = [IoSliceMut::new(bytes)];
                let mut notes = nix::cmsg_space!(TimeSpec);
                let fd = stream.as_raw_fd();
                let got = recvmsg::<()>(fd, &mut room, Some(&mut notes), MsgFlags::empty())?;
                let at = got.cmsgs()?.find_map(|note| match note {
                    ControlMessageOwned::ScmTimestampns(at) => Some(Moment::from(at)),
                    _ => None,
                });
                Ok((got.bytes, at))
            })
            .await?;
        match at {
            Some(at) => Ok((length, at)),
            None if length == 0 => Ok((0, Moment::ZERO)),
            None => Err(io::Error::other(
                "the kernel does not say when bytes arrived",
            )),
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod kernel {
    use std::io;

    use tokio::{
        io::Interest,
        net::{TcpListener, TcpStream},
    };

    use super::{Moment, now};

    pub(crate) fn noted(_: &TcpListener) -> io::Result<()> {
        Ok(())
    }

    pub(super) async fn read(stream: &TcpStream, bytes: &mut [u8]) -> io::Result<(usize, Moment)> {
        let length = stream
            .async_io(Interest::READABLE, || stream.try_read(bytes))
            .await?;
        Ok((length, now()))
    }
}
