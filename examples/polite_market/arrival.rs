//! When bytes arrived, by the kernel's clock: a server that has no turn on a busy machine sees them later than they came.

use std::{
    io::{self, IoSliceMut},
    os::fd::{AsFd, AsRawFd},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use nix::sys::socket::{
    ControlMessageOwned, MsgFlags, recvmsg, setsockopt, sockopt::ReceiveTimestampns,
};
use tokio::{io::Interest, net::TcpStream};

/// Time since 1970.
pub(crate) type Moment = Duration;

pub(crate) fn now() -> Moment {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

/// From now on the kernel notes when the bytes of this connection arrive.
pub(crate) fn noted(stream: &TcpStream) -> io::Result<()> {
    Ok(setsockopt(&stream.as_fd(), ReceiveTimestampns, &true)?)
}

/// Reads more, and says when the last byte of it arrived; none at the end.
pub(crate) async fn read(stream: &TcpStream, into: &mut Vec<u8>) -> io::Result<Option<Moment>> {
    let mut bytes = [0; 4096];
    let (length, at) = stream
        .async_io(Interest::READABLE, || {
            let mut room = [IoSliceMut::new(&mut bytes)];
            let mut notes = nix::cmsg_space!(nix::sys::time::TimeSpec);
            let fd = stream.as_raw_fd();
            let got = recvmsg::<()>(fd, &mut room, Some(&mut notes), MsgFlags::empty())?;
            let at = got.cmsgs()?.find_map(|note| match note {
                ControlMessageOwned::ScmTimestampns(at) => Some(Moment::from(at)),
                _ => None,
            });
            Ok((got.bytes, at))
        })
        .await?;
    into.extend_from_slice(&bytes[..length]);
    let at = at.ok_or_else(|| io::Error::other("the kernel does not say when bytes arrived"));
    (length > 0).then_some(at).transpose()
}
