//! What comes bit by bit, on its way out as a body.
use futures_util::Stream;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::mpsc;

/// The receiving end of a channel as a stream; ends when all senders are gone.
pub struct Flow<T>(pub mpsc::Receiver<T>);
impl<T> Stream for Flow<T> {
    type Item = T;
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.0.poll_recv(cx)
    }
}
