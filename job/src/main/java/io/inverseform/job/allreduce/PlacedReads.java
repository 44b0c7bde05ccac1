package io.inverseform.job.allreduce;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import java.util.Map;
import org.apache.spark.network.util.TransportFrameDecoder;

/**
 * The buffers that a channel reads into: while the body of a frame arrives, its place itself, so
 * that the kernel's copy is the only one; else ordinary ones. All of it runs on the channel's
 * thread.
 */
final class PlacedReads implements RecvByteBufAllocator {
  /** Most bytes of an ordinary read; Netty's own 64 kB make four times as many small objects. */
  private static final int READ_BYTES = 1 << 18;

  private final RecvByteBufAllocator ordinary =
      new AdaptiveRecvByteBufAllocator(64, 2048, READ_BYTES);
  private IncomingStream stream;

  /** To be called when a channel has just become active, before it has read anything. */
  static void install(Channel channel) {
    channel.config().setRecvByteBufAllocator(new PlacedReads());
  }

  /** What follows on an installed channel is the body of {@code stream}. */
  static void expect(Channel channel, IncomingStream stream) {
    PlacedReads reads = channel.config().getRecvByteBufAllocator();
    reads.stream = isPlain(channel) ? stream : null;
    // Behind the answer that says why.
    stream.onShort(() -> channel.eventLoop().execute(channel::close));
  }

  /** Whether the frame decoder sees the bytes of the socket: none is decrypted before. */
  private static boolean isPlain(Channel channel) {
    for (Map.Entry<String, ChannelHandler> handler : channel.pipeline()) {
      if (handler.getValue() instanceof ChannelInboundHandler) {
        return handler.getKey().equals(TransportFrameDecoder.HANDLER_NAME);
      }
    }
    return false;
  }

  @Override
  public ExtendedHandle newHandle() {
    return new Reads((ExtendedHandle) ordinary.newHandle());
  }

  private final class Reads extends DelegatingHandle implements ExtendedHandle {
    private final ExtendedHandle sizes;
    private IncomingStream reading;

    Reads(ExtendedHandle sizes) {
      super(sizes);
      this.sizes = sizes;
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
      if (stream != null && stream.beginRead()) {
        reading = stream;
        return reading.rest();
      }
      return sizes.allocate(allocator);
    }

    @Override
    public void lastBytesRead(int bytes) {
      end(bytes);
      sizes.lastBytesRead(bytes);
    }

    /** Comes behind a failed read too, which has no last bytes. */
    @Override
    public void readComplete() {
      end(0);
      sizes.readComplete();
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier more) {
      return sizes.continueReading(more);
    }

    private void end(int bytes) {
      if (reading != null) {
        reading.endRead(bytes);
        reading = null;
      }
    }
  }
}
