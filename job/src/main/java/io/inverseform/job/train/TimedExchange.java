package io.inverseform.job.train;

import io.inverseform.job.allreduce.Exchange;
import io.inverseform.job.allreduce.FloatRange;
import io.inverseform.job.allreduce.RangeUpdate;
import io.inverseform.job.allreduce.TransferListener;
import io.inverseform.job.watch.Phase;
import io.inverseform.job.watch.StepClock;

/** An exchange whose time, and that of the updates within it, a clock takes. */
final class TimedExchange implements Exchange {
  private final Exchange exchange;
  private final StepClock clock;

  TimedExchange(Exchange exchange, StepClock clock) {
    this.exchange = exchange;
    this.clock = clock;
  }

  @Override
  public int rank() {
    return exchange.rank();
  }

  @Override
  public int worldSize() {
    return exchange.worldSize();
  }

  @Override
  public void reduceScatter(FloatRange range) {
    clock.within(Phase.EXCHANGE, () -> exchange.reduceScatter(range));
  }

  @Override
  public double[] sum(double[] values) {
    return clock.within(Phase.EXCHANGE, () -> exchange.sum(values));
  }

  @Override
  public double gradientNorm(long step) {
    return clock.within(Phase.EXCHANGE, () -> exchange.gradientNorm(step));
  }

  @Override
  public void allGather(long step, RangeUpdate update) {
    RangeUpdate timed =
        new RangeUpdate() {
          @Override
          public void apply(FloatRange range, float[] gradient, int from) {
            clock.within(Phase.UPDATE, () -> update.apply(range, gradient, from));
          }

          @Override
          public void applyOnDevice() {
            clock.within(Phase.UPDATE, update::applyOnDevice);
          }
        };
    clock.within(Phase.EXCHANGE, () -> exchange.allGather(step, timed));
  }

  @Override
  public void align() {
    clock.within(Phase.EXCHANGE, exchange::align);
  }

  @Override
  public void skip(long step) {
    clock.within(Phase.EXCHANGE, () -> exchange.skip(step));
  }

  @Override
  public long sentBytes() {
    return exchange.sentBytes();
  }

  @Override
  public long receivedBytes() {
    return exchange.receivedBytes();
  }

  @Override
  public void onSent(TransferListener listener) {
    exchange.onSent(listener);
  }

  @Override
  public void close() {
    exchange.close();
  }
}
