package io.inverseform.job.watch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the ranks that are clearly slower than the others, by the median of their last steps
 * without the exchange, and logs when one becomes slow and when it is no longer.
 */
public final class Stragglers {
  /** Steps that are looked at; before that many nobody is slow. */
  static final int WINDOW = 20;

  private static final Logger LOG = LoggerFactory.getLogger(Stragglers.class);

  /** Over the median rank: slow from here on, until it is below the other. */
  private static final double BEGIN = 1.2;

  private static final double END = 1.1;

  /** Seconds a step that nobody would look for. */
  private static final double LITTLE = 0.01;

  private final Map<Integer, Deque<Double>> recent = new HashMap<>();
  private final Set<Integer> slow = new HashSet<>();

  /** Other workers take over. */
  public void clear() {
    recent.clear();
    slow.clear();
  }

  /**
   * Takes a step.
   *
   * @param ranks all of them
   * @return slowest first
   */
  public List<Straggler> after(List<Step.Rank> ranks) {
    for (Step.Rank rank : ranks) {
      Deque<Double> steps = recent.computeIfAbsent(rank.rank(), key -> new ArrayDeque<>());
      steps.add(rank.timings().compute());
      if (steps.size() > WINDOW) {
        steps.remove();
      }
    }
    if (recent.get(0).size() < WINDOW) {
      return List.of();
    }
    Map<Integer, Double> medians = new HashMap<>();
    recent.forEach((rank, steps) -> medians.put(rank, median(steps)));
    double usual = median(medians.values());
    List<Straggler> stragglers = new ArrayList<>();
    for (Step.Rank rank : ranks) {
      double own = medians.get(rank.rank());
      Straggler judged = new Straggler(rank.rank(), rank.host(), own / usual);
      if (isSlow(judged, own, usual)) {
        stragglers.add(judged);
      }
    }
    stragglers.sort(Comparator.comparingDouble(Straggler::factor).reversed());
    return stragglers;
  }

  private boolean isSlow(Straggler rank, double own, double usual) {
    boolean before = slow.contains(rank.rank());
    boolean now = before ? rank.factor() > END : rank.factor() > BEGIN && own - usual > LITTLE;
    if (now && slow.add(rank.rank())) {
      LOG.warn(
          String.format(
              Locale.ROOT,
              "rank %d (%s) is slow: a step takes it %.3f s without the exchange, the median rank"
                  + " %.3f s (medians of %d steps): see what else runs on that host",
              rank.rank(),
              rank.host(),
              own,
              usual,
              WINDOW));
    } else if (!now && slow.remove(rank.rank())) {
      LOG.info("rank {} ({}) is no longer slow", rank.rank(), rank.host());
    }
    return now;
  }

  /** The lower of the two in the middle: one of two ranks can be the slow one. */
  private static double median(Collection<Double> values) {
    return values.stream().sorted().skip((values.size() - 1) / 2).findFirst().orElseThrow();
  }
}
