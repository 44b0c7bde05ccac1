package io.inverseform.job.config;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The learning rate over the training: a decay, times a linear warm-up.
 *
 * @param by what the decay counts in
 * @param length steps or epochs over which the rate decays, behind which it stays as it is; 0 for
 *     all of {@code train.epochs}
 * @param warmupSteps steps before the first with the whole rate
 * @param warmupFrom factor that the warm-up begins from
 */
public record ScheduleConfig(Unit by, int length, int warmupSteps, double warmupFrom, Decay decay)
    implements Serializable {
  /** How often the rate decays. */
  public enum Unit {
    STEP,
    /** The rate of the decay stays the same for an epoch; warm-up still counts in steps. */
    EPOCH
  }

  public ScheduleConfig {
    Check.given("by", by);
    Check.atLeast(0, "length", length);
    Check.atLeast(0, "warmup_steps", warmupSteps);
    checkFactor("warmup_from", warmupFrom);
    Check.given("decay", decay);
  }

  private static void checkFactor(String key, double value) {
    Check.that(value >= 0 && value <= 1, key, value, "in 0..1");
  }

  /** A factor of the rate by time, all of it in steps or all of it in epochs. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Polynomial.class, name = "polynomial"),
    @JsonSubTypes.Type(value = TwoPolynomials.class, name = "two_polynomials"),
    @JsonSubTypes.Type(value = Cosine.class, name = "cosine"),
    @JsonSubTypes.Type(value = Steps.class, name = "steps")
  })
  public sealed interface Decay extends Serializable {
    /**
     * The factor.
     *
     * @param time from 0
     * @param length of the schedule, at least {@code time}
     */
    double factor(double time, double length);
  }

  /**
   * From 1 to a minimum as (1 - time / length)^power.
   *
   * @param minimum factor at the end
   */
  public record Polynomial(double power, double minimum) implements Decay {
    public Polynomial {
      Check.notNegative("power", power);
      checkFactor("minimum", minimum);
    }

    @Override
    public double factor(double time, double length) {
      return minimum + (1 - minimum) * Math.pow(1 - time / length, power);
    }
  }

  /**
   * A polynomial that changes its power, as NVIDIA's semantic segmentation has it: the factor falls
   * at once from (1 - time / length)^power to (1 - time / length)^later.
   *
   * @param change the first time of the later power
   */
  public record TwoPolynomials(double power, int change, double later) implements Decay {
    public TwoPolynomials {
      Check.notNegative("power", power);
      Check.atLeast(1, "change", change);
      Check.notNegative("later", later);
    }

    @Override
    public double factor(double time, double length) {
      return Math.pow(1 - time / length, time < change ? power : later);
    }
  }

  /**
   * Half a cosine from 1 to a minimum (Loshchilov, Hutter, "SGDR", 2017, without restarts).
   *
   * @param minimum factor at the end
   */
  public record Cosine(double minimum) implements Decay {
    public Cosine {
      checkFactor("minimum", minimum);
    }

    @Override
    public double factor(double time, double length) {
      return minimum + (1 - minimum) * (1 + Math.cos(Math.PI * time / length)) / 2;
    }
  }

  /**
   * Falls at once at given times.
   *
   * @param at ascending times, each the first with a lower rate
   * @param factor of each fall
   */
  public record Steps(List<Integer> at, double factor) implements Decay {
    public Steps {
      at = Check.list("at", at, time -> time >= 1, "at least 1");
      List<Integer> times = at;
      Check.that(
          IntStream.range(1, at.size()).allMatch(i -> times.get(i - 1) < times.get(i)),
          "at",
          at,
          "ascending");
      Check.that(factor > 0 && factor < 1, "factor", factor, "above 0, below 1");
    }

    @Override
    public double factor(double time, double length) {
      return Math.pow(factor, at.stream().filter(fall -> time >= fall).count());
    }
  }
}
