package io.inverseform.job.allreduce;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.TooLongFrameException;
import org.apache.spark.network.util.TransportFrameDecoder;

/**
 * Spark's frame decoder with a bound: network-common gathers frames of up to 2 GB in memory, our
 * messages are small and our bodies are streams, which are in their places as soon as they have
 * come. A connection that sends more than the bound without a complete frame is closed.
 */
final class FrameBound extends TransportFrameDecoder {
  private final long bound;
  private long gathered;

  private FrameBound(long bound) {
    this.bound = bound;
  }

  /** To be called when a channel has just become active, before it has read anything. */
  static void install(Channel channel, long bound) {
    FrameBound decoder = new FrameBound(bound);
    channel.pipeline().replace(HANDLER_NAME, HANDLER_NAME, decoder);
    channel
        .pipeline()
        .addAfter(
            HANDLER_NAME,
            "frameBound",
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelRead(ChannelHandlerContext context, Object frame) {
                decoder.gathered = 0;
                context.fireChannelRead(frame);
              }
            });
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object data) throws Exception {
    gathered += ((ByteBuf) data).readableBytes();
    super.channelRead(context, data);
    if (gathered > bound) {
      throw new TooLongFrameException(
          "more than "
              + bound
              + " bytes from "
              + context.channel().remoteAddress()
              + " are no complete frame");
    }
  }

  @Override
  public void setInterceptor(Interceptor stream) {
    super.setInterceptor(
        new Interceptor() {
          @Override
          public boolean handle(ByteBuf data) throws Exception {
            gathered = 0;
            return stream.handle(data);
          }

          @Override
          public void exceptionCaught(Throwable cause) throws Exception {
            stream.exceptionCaught(cause);
          }

          @Override
          public void channelInactive() throws Exception {
            stream.channelInactive();
          }
        });
  }
}
