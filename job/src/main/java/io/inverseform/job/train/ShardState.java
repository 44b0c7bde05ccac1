package io.inverseform.job.train;

import io.inverseform.job.config.OptimizerConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What an optimiser carries of its floats from step to step: vectors as long as they are, and how
 * many updates there were. Live: the optimiser's own memory.
 */
final class ShardState {
  /** Vector of the moving average of the weights. */
  static final String EMA = "ema";

  private final String rule;
  private final int length;
  private final AtomicLong updates;
  private final Map<String, float[]> vectors = new LinkedHashMap<>();

  /**
   * What a checkpoint says of it.
   *
   * @param rule type of the rule
   * @param vectors their names, in the order of the file
   * @param updates steps that moved the weights
   */
  record Layout(String rule, List<String> vectors, long updates) {
    boolean hasEma() {
      return vectors.contains(EMA);
    }
  }

  private ShardState(String rule, int length, AtomicLong updates) {
    this.rule = rule;
    this.length = length;
    this.updates = updates;
  }

  /** That of a new optimiser, with a place for the average if there is to be one. */
  static ShardState of(OptimizerConfig config, int length) {
    ShardState state = new ShardState(config.rule().type(), length, new AtomicLong());
    UpdateRule.of(config.rule(), state);
    if (config.hasEma()) {
      state.add(EMA);
    }
    return state;
  }

  /** Zeros with the vectors that a checkpoint has. */
  static ShardState of(Layout layout, int length) {
    ShardState state = new ShardState(layout.rule(), length, new AtomicLong(layout.updates()));
    layout.vectors().forEach(state::add);
    return state;
  }

  /** Zeros for so many floats, which count the same updates. */
  ShardState part(int floats) {
    ShardState part = new ShardState(rule, floats, updates);
    vectors.keySet().forEach(part::add);
    return part;
  }

  /** A vector of that name: the one that is there, or a new one of zeros. */
  float[] add(String name) {
    return vectors.computeIfAbsent(name, key -> new float[length]);
  }

  /** Floats of each vector. */
  int length() {
    return length;
  }

  float[] vector(String name) {
    return vectors.get(name);
  }

  /** All vectors, in the order of the file. */
  List<float[]> vectors() {
    return new ArrayList<>(vectors.values());
  }

  boolean hasEma() {
    return vectors.containsKey(EMA);
  }

  /** Steps that moved the weights, the one that is under way among them. */
  long updates() {
    return updates.get();
  }

  void count() {
    updates.incrementAndGet();
  }

  void restoreUpdates(long count) {
    updates.set(count);
  }

  /** Bytes of all vectors. */
  long bytes() {
    return (long) Float.BYTES * length * vectors.size();
  }

  Layout layout() {
    return new Layout(rule, List.copyOf(vectors.keySet()), updates.get());
  }
}
