package io.inverseform.job.allreduce;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.TransportClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker's connection to the coordinator: calls with limits, heartbeats, and the news that the
 * attempt is over.
 */
final class DriverLink implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DriverLink.class);
  private static final Duration GOODBYE = Duration.ofSeconds(5);

  private final ControlCodec codec;
  private final Address coordinator;
  private final TransportClient client;
  private final Duration limit;
  private final Interruption interruption;
  private final ScheduledExecutorService heartbeats;
  private final DirectiveBook directives = new DirectiveBook();
  private final AtomicReference<String> abort = new AtomicReference<>();
  private volatile boolean leaving;

  /**
   * Connects.
   *
   * @param here who connects, the start of every message
   * @throws ExchangeException if the driver cannot be reached
   */
  DriverLink(WorkerSettings settings, Transport transport, String here) {
    this.codec = new ControlCodec(settings.attempt());
    this.coordinator = settings.coordinator();
    this.limit = settings.limit();
    this.interruption = settings.interruption().or(this::abortReason);
    this.client =
        Calls.await(
            Calls.onThread("coordinator", () -> transport.connect(coordinator)),
            here + ": connecting to the driver at " + coordinator,
            limit,
            interruption,
            "Check that executors can reach the driver on all ports.");
    this.heartbeats =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "exchange-heartbeat");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** The task's own reasons to give up, and the driver's. */
  Interruption interruption() {
    return interruption;
  }

  /** Why the driver or another worker ended the attempt. */
  Optional<String> abortReason() {
    return Optional.ofNullable(abort.get());
  }

  DirectiveBook directives() {
    return directives;
  }

  void startHeartbeats(int periodMillis) {
    heartbeats.scheduleAtFixedRate(
        this::heartbeat, periodMillis, periodMillis, TimeUnit.MILLISECONDS);
  }

  CompletableFuture<Control.Reply> heartbeat() {
    return call(new Control.Heartbeat())
        .whenComplete(
            (reply, failure) -> {
              if (failure != null && !leaving) {
                aborted(
                    "the driver's coordinator at "
                        + coordinator
                        + " is gone: "
                        + failure.getMessage());
              } else if (reply instanceof Control.Refused refused) {
                aborted(refused.message());
              }
            });
  }

  /** The first reason stays: a driver that has told the root cause may be gone soon after. */
  private void aborted(String reason) {
    abort.compareAndSet(null, reason);
  }

  /** Says something; the answer comes later. */
  CompletableFuture<Control.Reply> call(Control message) {
    CompletableFuture<Control.Reply> reply = new CompletableFuture<>();
    client.sendRpc(
        codec.encode(message),
        new RpcResponseCallback() {
          @Override
          public void onSuccess(ByteBuffer response) {
            complete(reply, response);
          }

          @Override
          public void onFailure(Throwable cause) {
            reply.completeExceptionally(
                new IOException("no answer from the driver: " + cause.getMessage(), cause));
          }
        });
    return reply;
  }

  private void complete(CompletableFuture<Control.Reply> reply, ByteBuffer response) {
    try {
      Control.Reply decoded = ControlCodec.decodeReply(response);
      if (decoded instanceof Control.Carry carry) {
        directives.learn(carry.directives());
      }
      reply.complete(decoded);
    } catch (RefusedException e) {
      reply.completeExceptionally(e);
    }
  }

  /**
   * Waits for an answer.
   *
   * @param what who waits for what, the start of every message
   * @throws PeerFailedException if the driver refuses, or does not answer
   */
  Control.Reply answer(CompletableFuture<Control.Reply> reply, String what) {
    // The coordinator keeps the limit and knows who is missing; this one is for the case that the
    // coordinator is gone.
    Duration patience = limit.plus(limit.dividedBy(2));
    Control.Reply answered =
        Calls.await(
            reply,
            what,
            patience,
            interruption,
            "The driver hangs or cannot be reached: see its log.");
    if (answered instanceof Control.Refused refused) {
      throw new PeerFailedException(what + ": " + refused.message());
    }
    return answered;
  }

  /**
   * The last word; later silence is no failure. Waits a little for the driver to hear it, never
   * throws.
   */
  void farewell(Control message) {
    if (leaving) {
      return;
    }
    leaving = true;
    heartbeats.shutdownNow();
    try {
      call(message).get(GOODBYE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      LOG.warn("The driver at {} was not told {}: {}", coordinator, message, e.toString());
    }
  }

  @Override
  public void close() {
    farewell(new Control.Leave());
    client.close();
  }
}
