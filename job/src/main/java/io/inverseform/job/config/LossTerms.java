package io.inverseform.job.config;

import io.inverseform.job.config.LossConfig.Average;
import io.inverseform.job.config.LossConfig.Scope;
import io.inverseform.job.config.LossConfig.Term;
import java.util.List;

/** Terms of the loss that compare class logits with labels, beside those of {@link LossConfig}. */
public final class LossTerms {
  private LossTerms() {}

  /**
   * Cross-entropy of the pixels.
   *
   * @param classWeights factors of the classes' pixels, one a class; empty for 1
   * @param ignoreIndex a train id that does not count, as 255 never does
   * @param useSigmoid whether every class is told from the rest by itself, averaged over the
   *     classes, and not all from each other by the softmax
   * @param average what the sum over the pixels is divided by
   * @param scope what is averaged over
   */
  public record CrossEntropy(
      double lossWeight,
      String lossName,
      List<Double> classWeights,
      int ignoreIndex,
      boolean useSigmoid,
      Average average,
      Scope scope)
      implements Term {
    public CrossEntropy {
      checkTerm(lossWeight, lossName, scope);
      classWeights = weights(classWeights);
      Check.that(ignoreIndex >= 0 && ignoreIndex <= 255, "ignore_index", ignoreIndex, "in 0..255");
      Check.given("average", average);
    }
  }

  /** What the losses of hard pixels are divided by. */
  public enum HardAverage {
    /** The pixels that are hard. */
    KEPT,
    /** All pixels, ignored ones, too. */
    ALL
  }

  /**
   * Cross-entropy of hard pixels: those whose true class has a probability below a threshold, and
   * at least so many.
   *
   * @param threshold on the probability
   * @param minKept pixels an image that are kept at least, though their probability may be higher
   * @param average what the sum over the hard pixels is divided by
   * @param edgeThreshold on the boundary probability: other pixels do not count; 0 for all pixels
   * @param scope what pixels are ranked and averaged over
   */
  public record OnlineHardExamples(
      double lossWeight,
      String lossName,
      double threshold,
      int minKept,
      HardAverage average,
      double edgeThreshold,
      Scope scope)
      implements Term {
    public OnlineHardExamples {
      checkTerm(lossWeight, lossName, scope);
      Check.that(threshold > 0 && threshold <= 1, "threshold", threshold, "above 0, at most 1");
      Check.atLeast(0, "min_kept", minKept);
      Check.given("average", average);
      Check.that(
          edgeThreshold >= 0 && edgeThreshold < 1,
          "edge_threshold",
          edgeThreshold,
          "in 0..1, below 1");
    }

    @Override
    public boolean readsBoundary() {
      return edgeThreshold > 0;
    }
  }

  /**
   * Mean cross-entropy of the hardest pixels.
   *
   * @param share of the pixels that count
   * @param scope what is ranked and averaged over
   */
  public record TopK(double lossWeight, String lossName, double share, Scope scope)
      implements Term {
    public TopK {
      checkTerm(lossWeight, lossName, scope);
      Check.that(share > 0 && share <= 1, "share", share, "above 0, at most 1");
    }
  }

  /**
   * Cross-entropy in which pixels weigh less the better they are known.
   *
   * @param gamma power of the probability that is missing
   * @param classWeights factors of the classes' pixels, one a class; empty for 1; none with the
   *     sigmoid
   * @param useSigmoid whether every class is told from the rest by itself, averaged over the
   *     classes
   * @param alpha with the sigmoid, factor of a class's own pixels, 1 - alpha that of others; 1
   *     without
   * @param average what the sum over the pixels is divided by
   * @param scope what is averaged over
   */
  public record Focal(
      double lossWeight,
      String lossName,
      double gamma,
      List<Double> classWeights,
      boolean useSigmoid,
      double alpha,
      Average average,
      Scope scope)
      implements Term {
    public Focal {
      checkTerm(lossWeight, lossName, scope);
      Check.notNegative("gamma", gamma);
      classWeights = weights(classWeights);
      Check.that(
          !useSigmoid || classWeights.isEmpty(),
          "class_weights",
          classWeights,
          "empty with the sigmoid, which has alpha");
      Check.that(
          useSigmoid ? alpha >= 0 && alpha <= 1 : alpha == 1,
          "alpha",
          alpha,
          useSigmoid ? "in 0..1" : "left out without the sigmoid, which has class_weights");
      Check.given("average", average);
    }
  }

  /** Classes whose overlaps are averaged. */
  public enum Classes {
    /** Those that occur in the labels. */
    PRESENT,
    /** All, whether they occur or not. */
    ALL
  }

  /**
   * One minus the overlap of predicted and true regions.
   *
   * @param exponent power of the probabilities in the size of the predicted region, 1 or 2
   * @param smooth added to both parts of the fraction
   * @param scope what the regions are of
   */
  public record Dice(
      double lossWeight,
      String lossName,
      double exponent,
      double smooth,
      Classes classes,
      Scope scope)
      implements Term {
    public Dice {
      checkTerm(lossWeight, lossName, scope);
      Check.that(exponent == 1 || exponent == 2, "exponent", exponent, "1 or 2");
      Check.notNegative("smooth", smooth);
      Check.given("classes", classes);
    }
  }

  /**
   * One minus the overlap of regions, in which what is predicted too much and too little weigh
   * differently.
   *
   * @param alpha weight of probability outside of the true region
   * @param beta weight of probability that is missing inside
   * @param smooth added to both parts of the fraction
   * @param scope what the regions are of
   */
  public record Tversky(
      double lossWeight,
      String lossName,
      double alpha,
      double beta,
      double smooth,
      Classes classes,
      Scope scope)
      implements Term {
    public Tversky {
      checkTerm(lossWeight, lossName, scope);
      Check.notNegative("alpha", alpha);
      Check.notNegative("beta", beta);
      Check.that(alpha + beta > 0, "alpha", alpha, "above 0 where 'beta' is 0");
      Check.notNegative("smooth", smooth);
      Check.given("classes", classes);
    }
  }

  /**
   * Negative log-likelihood of any class that comes near the pixel.
   *
   * @param border pixels to every side within which a class is near
   * @param upperBound how much an infinitely rare class weighs above 1
   * @param scope what the class shares are counted over; every image has a mean of its own
   */
  public record RelaxedBoundary(
      double lossWeight, String lossName, int border, double upperBound, Scope scope)
      implements Term {
    public RelaxedBoundary {
      checkTerm(lossWeight, lossName, scope);
      Check.that(border >= 0 && border <= 64, "border", border, "in 0..64");
      Check.notNegative("upper_bound", upperBound);
    }
  }

  /**
   * Binary cross-entropy of every class against the rest, and the mutual information of regions.
   *
   * @param radius side of the regions, pooled pixels
   * @param pool side of the average pooling before; 1 for none
   * @param crossEntropyWeight factor of the cross-entropy, summed over the classes
   * @param informationWeight factor of the mutual information
   * @param scope what the cross-entropy is averaged over; the information is each image's own
   */
  public record RegionMutualInformation(
      double lossWeight,
      String lossName,
      int radius,
      int pool,
      double crossEntropyWeight,
      double informationWeight,
      Scope scope)
      implements Term {
    public RegionMutualInformation {
      checkTerm(lossWeight, lossName, scope);
      Check.that(radius >= 1 && radius <= 10, "radius", radius, "in 1..10");
      Check.that(pool >= 1 && pool <= 16, "pool", pool, "in 1..16");
      Check.notNegative("cross_entropy_weight", crossEntropyWeight);
      Check.notNegative("information_weight", informationWeight);
      Check.that(
          crossEntropyWeight + informationWeight > 0,
          "information_weight",
          informationWeight,
          "above 0 where 'cross_entropy_weight' is 0");
    }

    /** Whether a pooled image has a region. */
    boolean fits(int height, int width) {
      return informationWeight == 0 || (pooled(height) >= radius && pooled(width) >= radius);
    }

    private int pooled(int side) {
      return pool == 1 ? side : (side + pool / 2 * 2 - pool) / pool + 1;
    }
  }

  /**
   * Mean signed distance from the boundary of each class, by the probability of the class.
   *
   * @param scope what is averaged over
   */
  public record SignedDistance(double lossWeight, String lossName, Scope scope) implements Term {
    public SignedDistance {
      checkTerm(lossWeight, lossName, scope);
    }
  }

  private static List<Double> weights(List<Double> weights) {
    Check.that(
        Check.given("class_weights", weights).stream()
            .allMatch(weight -> weight != null && weight >= 0 && Double.isFinite(weight)),
        "class_weights",
        weights,
        "a list, each a finite number, 0 or above");
    return List.copyOf(weights);
  }

  private static void checkTerm(double lossWeight, String lossName, Scope scope) {
    LossConfig.checkTerm(lossWeight, lossName, scope);
  }
}
