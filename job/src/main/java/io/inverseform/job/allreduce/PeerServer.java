package io.inverseform.job.allreduce;

import java.nio.ByteBuffer;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.StreamCallbackWithID;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.server.OneForOneStreamManager;
import org.apache.spark.network.server.RpcHandler;
import org.apache.spark.network.server.StreamManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What peers reach on a worker: frames for its exchange, nothing else. */
final class PeerServer extends RpcHandler {
  private static final Logger LOG = LoggerFactory.getLogger(PeerServer.class);

  private final StreamManager streams = new OneForOneStreamManager();
  private volatile FrameReceiver receiver;
  private volatile PeerLinks links;

  /** From now on frames are accepted, and the end of a connection to a peer is noticed. */
  void attach(FrameReceiver frames, PeerLinks connections) {
    links = connections;
    receiver = frames;
  }

  @Override
  public StreamCallbackWithID receiveStream(
      TransportClient client, ByteBuffer header, RpcResponseCallback callback) {
    try {
      FrameHeader frame = FrameHeader.decode(header);
      FrameReceiver target = receiver;
      if (target == null) {
        throw new RefusedException(frame + ": this worker is not ready");
      }
      IncomingStream stream = target.receive(frame);
      PlacedReads.expect(client.getChannel(), stream);
      return stream;
    } catch (RefusedException e) {
      LOG.warn("Refused a stream from {}: {}", client.getSocketAddress(), e.getMessage());
      throw e;
    }
  }

  @Override
  public void receive(TransportClient client, ByteBuffer message, RpcResponseCallback callback) {
    callback.onFailure(new RefusedException("workers take streams only"));
  }

  @Override
  public void channelActive(TransportClient client) {
    PlacedReads.install(client.getChannel());
    FrameBound.install(client.getChannel(), ControlCodec.MAX_BYTES);
  }

  @Override
  public void channelInactive(TransportClient client) {
    PeerLinks target = links;
    if (target != null) {
      target.disconnected(client);
    }
  }

  @Override
  public StreamManager getStreamManager() {
    return streams;
  }
}
