package io.inverseform.job.train;

import io.inverseform.job.allreduce.Exchange;
import java.io.IOException;
import java.util.Map;

/** Scores the validation split inside a run. */
final class Validation {
  private final Exchange exchange;
  private final Objective<?> objective;
  private final EvaluationCopy copy;

  Validation(Exchange exchange, Objective<?> objective, EvaluationCopy copy) {
    this.exchange = exchange;
    this.objective = objective;
    this.copy = copy;
  }

  /** The scores; the same on all ranks, which must all call it. */
  Map<String, Double> run() throws IOException {
    Share share = new Share(exchange.rank(), exchange.worldSize(), exchange::sum);
    return copy.during(() -> objective.validate(share));
  }
}
