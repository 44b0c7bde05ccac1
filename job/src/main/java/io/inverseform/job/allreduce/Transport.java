package io.inverseform.job.allreduce;

import java.time.Duration;
import java.util.List;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.network.TransportContext;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.client.TransportClientBootstrap;
import org.apache.spark.network.client.TransportClientFactory;
import org.apache.spark.network.crypto.AuthClientBootstrap;
import org.apache.spark.network.crypto.AuthServerBootstrap;
import org.apache.spark.network.netty.SparkTransportConf;
import org.apache.spark.network.server.RpcHandler;
import org.apache.spark.network.server.TransportServer;
import org.apache.spark.network.server.TransportServerBootstrap;
import org.apache.spark.network.util.TransportConf;
import scala.Option;

/**
 * One server and its outgoing connections on Spark's network-common, wired as Spark wires its own:
 * with {@code spark.authenticate} a peer must know the application's secret, with {@code
 * spark.network.crypto.enabled} everything is encrypted. Settings are Spark's, under {@code
 * spark.grad.io}.
 */
final class Transport implements AutoCloseable {
  private static final String MODULE = "grad";
  private static final int THREADS = 2;

  private final TransportContext context;
  private final TransportClientFactory clients;
  private final TransportServer server;
  private final Address address;

  /**
   * Listens.
   *
   * @param limit the longest wait of the callers; a connection is not given up as quiet before
   *     twice that
   * @throws ExchangeException if it cannot listen there, or all ports are taken
   */
  Transport(
      SparkConf conf, SecurityManager security, Listen listen, Duration limit, RpcHandler handler) {
    TransportConf settings = settings(conf, limit);
    boolean authenticated = security.isAuthenticationEnabled();
    List<TransportServerBootstrap> accept =
        authenticated ? List.of(new AuthServerBootstrap(settings, security)) : List.of();
    List<TransportClientBootstrap> connect =
        authenticated
            ? List.of(new AuthClientBootstrap(settings, conf.getAppId(), security))
            : List.of();
    context = new TransportContext(settings, handler);
    clients = context.createClientFactory(connect);
    try {
      server = listen(listen, accept);
    } catch (ExchangeException e) {
      clients.close();
      context.close();
      throw e;
    }
    address = new Address(listen.host(), server.getPort());
  }

  private TransportServer listen(Listen listen, List<TransportServerBootstrap> accept) {
    Exception taken = null;
    for (int port : listen.ports().all().toArray()) {
      try {
        return context.createServer(listen.bindHost(), port, accept);
      } catch (Exception e) {
        // A BindException too, which Spark does not declare.
        if (listen.ports().isAny() || !String.valueOf(e.getMessage()).contains("in use")) {
          throw new ExchangeException(
              "cannot listen on %s, port %d: %s".formatted(listen.bindHost(), port, e.getMessage()),
              e);
        }
        taken = e;
      }
    }
    throw new ExchangeException(
        ("cannot listen on %s: all ports of %s (train.exchange.ports) are taken on host %s. Give a range"
                + " with a port for each worker of a host, and one more for the driver on its own")
            .formatted(listen.bindHost(), listen.ports(), listen.host()),
        taken);
  }

  private static TransportConf settings(SparkConf conf, Duration limit) {
    SparkConf own = conf.clone();
    // Waits have limits and messages of their own: the transport must not cut a deferred answer
    // short before.
    own.set("spark." + MODULE + ".io.connectionTimeout", 2 * limit.toSeconds() + 60 + "s");
    // Whoever could make the first handshake fail would else be spoken to unencrypted.
    own.set("spark.network.crypto.saslFallback", "false");
    own.set(
        "spark." + MODULE + ".io.connectionCreationTimeout",
        Math.max(1, Math.min(30, limit.toSeconds())) + "s");
    return SparkTransportConf.fromSparkConf(own, MODULE, THREADS, Option.empty());
  }

  Address address() {
    return address;
  }

  /**
   * A new connection; blocks until it is up and authenticated.
   *
   * @throws ExchangeException naming the address
   */
  TransportClient connect(Address peer) {
    try {
      return clients.createUnmanagedClient(peer.host(), peer.port());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ExchangeException("interrupted while connecting to " + peer, e);
    } catch (Exception e) {
      throw new ExchangeException(
          "cannot connect from "
              + address.host()
              + " to "
              + peer
              + ": "
              + e.getMessage()
              + ". Check that the hosts can reach each other on all ports, and that both have the same"
              + " spark.authenticate settings.",
          e);
    }
  }

  @Override
  public void close() {
    server.close();
    clients.close();
    context.close();
  }
}
