package io.inverseform.job.train;

import io.inverseform.job.allreduce.FloatRange;
import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.OptimizerConfig;
import io.inverseform.job.torch.FlatParameters;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Which factors the floats of the flat vector have: stretches of equal ones, in order. */
final class ParameterGroups {
  private final List<Stretch> stretches;

  /** Floats of the same factors, up to the next stretch. */
  private record Stretch(int offset, double rateFactor, double decayFactor) {
    boolean hasFactorsOf(Stretch other) {
      return rateFactor == other.rateFactor && decayFactor == other.decayFactor;
    }
  }

  /** Takes a range of floats of the same factors. */
  @FunctionalInterface
  interface Action {
    void accept(FloatRange range, double rateFactor, double decayFactor);
  }

  private ParameterGroups(List<Stretch> stretches) {
    this.stretches = stretches;
  }

  /** Where all floats have factors of 1. */
  static ParameterGroups none() {
    return new ParameterGroups(List.of(new Stretch(0, 1, 1)));
  }

  /**
   * Those of a network's trained parameters.
   *
   * @throws ConfigException if a group has none of them
   */
  static ParameterGroups of(List<FlatParameters.Slot> slots, OptimizerConfig config) {
    List<Pattern> patterns =
        config.groups().stream().map(group -> Pattern.compile(group.parameters())).toList();
    boolean[] used = new boolean[patterns.size()];
    List<Stretch> stretches = new ArrayList<>(none().stretches);
    for (FlatParameters.Slot slot : slots) {
      if (slot.trained()) {
        Stretch own = stretch(slot, config, patterns, used);
        if (own.offset() == 0) {
          stretches.clear();
        }
        if (stretches.isEmpty() || !own.hasFactorsOf(stretches.get(stretches.size() - 1))) {
          stretches.add(own);
        }
      }
    }
    for (int i = 0; i < used.length; i++) {
      if (!used[i]) {
        throw new ConfigException(
            ("optimizer.groups[%d].parameters is '%s', which is the whole name of no trained parameter"
                    + " that is left by the groups before it: write a regular expression of names"
                    + " such as %s")
                .formatted(i, patterns.get(i), example(slots)));
      }
    }
    return new ParameterGroups(List.copyOf(stretches));
  }

  private static Stretch stretch(
      FlatParameters.Slot slot, OptimizerConfig config, List<Pattern> patterns, boolean[] used) {
    double rate = 1;
    double decay = 1;
    for (int i = 0; i < used.length; i++) {
      if (patterns.get(i).matcher(slot.name()).matches()) {
        used[i] = true;
        rate = config.groups().get(i).rateFactor();
        decay = config.groups().get(i).decayFactor();
        break;
      }
    }
    boolean decays = config.decayNorms() || slot.shape().dimension() > 1;
    return new Stretch(slot.offset(), rate, decays ? decay : 0);
  }

  private static String example(List<FlatParameters.Slot> slots) {
    return slots.stream()
        .filter(FlatParameters.Slot::trained)
        .map(FlatParameters.Slot::name)
        .reduce((first, last) -> last)
        .orElse("");
  }

  /** Calls the action for the parts of a range, in order. */
  void forEach(FloatRange range, Action action) {
    for (int i = first(range.offset()); i < stretches.size(); i++) {
      Stretch stretch = stretches.get(i);
      int end = i + 1 < stretches.size() ? stretches.get(i + 1).offset() : range.end();
      int from = Math.max(range.offset(), stretch.offset());
      int to = Math.min(range.end(), end);
      if (from >= range.end()) {
        return;
      }
      action.accept(new FloatRange(from, to - from), stretch.rateFactor(), stretch.decayFactor());
    }
  }

  /** The last stretch that begins at an offset or before it. */
  private int first(int offset) {
    int low = 0;
    int high = stretches.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (stretches.get(middle).offset() <= offset) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }
}
