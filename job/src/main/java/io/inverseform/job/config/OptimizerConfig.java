package io.inverseform.job.config;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.Serializable;
import java.util.List;
import java.util.Locale;

/**
 * How weights follow gradients.
 *
 * @param learningRate before the schedule and the groups' factors
 * @param weightDecay before the groups' factors; as the rule has it
 * @param clipNorm longest gradient, over all parameters and workers: a longer one is scaled down to
 *     it; 0 for any length
 * @param decayNorms whether norms and biases, the parameters of one dimension, decay as well
 * @param groups parameters with factors of their own; of several that match a name, the first
 *     counts
 * @param emaDecay share that the exponential moving average of the weights keeps of itself in a
 *     step, such as 0.999; it is what is validated and exported. 0 for the weights themselves
 */
public record OptimizerConfig(
    double learningRate,
    Rule rule,
    double weightDecay,
    double clipNorm,
    boolean decayNorms,
    List<Group> groups,
    double emaDecay)
    implements Serializable {
  public OptimizerConfig {
    Check.positive("learning_rate", learningRate);
    Check.given("rule", rule);
    Check.notNegative("weight_decay", weightDecay);
    Check.notNegative("clip_norm", clipNorm);
    groups = List.copyOf(Check.given("groups", groups));
    checkBelowOne("ema_decay", emaDecay);
  }

  /** SGD on all parameters alike. */
  public static OptimizerConfig sgd(
      double learningRate, double momentum, double weightDecay, double clipNorm) {
    return new OptimizerConfig(
        learningRate, new Sgd(momentum, false), weightDecay, clipNorm, true, List.of(), 0);
  }

  private static void checkBelowOne(String key, double value) {
    Check.that(value >= 0 && value < 1, key, value, "in 0..1, below 1");
  }

  /** Whether there is an average of the weights beside them. */
  public boolean hasEma() {
    return emaDecay > 0;
  }

  /** Whether parameters have factors of their own. */
  public boolean hasFactors() {
    return !decayNorms || !groups.isEmpty();
  }

  /** What a step does with a gradient. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Sgd.class, name = "sgd"),
    @JsonSubTypes.Type(value = AdamW.class, name = "adamw")
  })
  public sealed interface Rule extends Serializable {
    /** Its {@code type}. */
    default String type() {
      return getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Stochastic gradient descent after PyTorch's rule: the decay is part of the gradient, momentum
   * begins with the first gradient, without dampening.
   *
   * @param nesterov whether a step looks one momentum ahead
   */
  public record Sgd(double momentum, boolean nesterov) implements Rule {
    public Sgd {
      checkBelowOne("momentum", momentum);
      Check.that(!nesterov || momentum > 0, "nesterov", nesterov, "false where momentum is 0");
    }
  }

  /**
   * Adam with decay of the weights themselves, by rate times decay (Loshchilov, Hutter, "Decoupled
   * Weight Decay Regularization", 2019), after PyTorch's rule.
   *
   * @param betas what the means of the gradient and of its square keep of themselves in a step
   * @param epsilon added to the root of the mean square
   */
  public record AdamW(List<Double> betas, double epsilon) implements Rule {
    public AdamW {
      betas = Check.list("betas", betas, 2, beta -> beta >= 0 && beta < 1, "in 0..1, below 1");
      Check.positive("epsilon", epsilon);
    }
  }

  /**
   * Factors of some parameters.
   *
   * @param parameters regular expression that matches the whole of their names
   * @param rateFactor on the learning rate; 0 leaves them as they are
   * @param decayFactor on the weight decay
   */
  public record Group(String parameters, double rateFactor, double decayFactor)
      implements Serializable {
    public Group {
      Check.text("parameters", parameters);
      Check.patterns("parameters", List.of(parameters));
      Check.notNegative("rate_factor", rateFactor);
      Check.notNegative("decay_factor", decayFactor);
    }
  }
}
