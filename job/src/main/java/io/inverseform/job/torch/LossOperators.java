package io.inverseform.job.torch;

import static io.inverseform.job.torch.OperatorModule.call;

import ai.djl.ndarray.NDArray;

/**
 * What losses compute, each an ordinary method with autograd as those of {@link Operators}. Numbers
 * are given as they are, and none is read back: nothing here waits for the device, where DJL's own
 * methods make a tensor of every number. What is not among the classes counts nowhere.
 *
 * <p>Methods that say so have no history: they make constants of the truth, or of detached values.
 */
public final class LossOperators {
  private LossOperators() {}

  /** Where x has the value: 1, elsewhere 0, float32; without history. */
  public static NDArray indicator(NDArray x, double value) {
    return call("indicator", x, value);
  }

  /** x, but no less than the minimum. */
  public static NDArray atLeast(NDArray x, double minimum) {
    return call("at_least", x, minimum);
  }

  /** x, but no more than the maximum. */
  public static NDArray atMost(NDArray x, double maximum) {
    return call("at_most", x, maximum);
  }

  /** A float32 tensor (n) of the values on the device of another; without history. */
  public static NDArray constants(NDArray like, double[] values) {
    return call("constants", like, values);
  }

  /**
   * Where a target is one of the classes: 1, elsewhere 0, float32; without history.
   *
   * @param target int64, any shape
   */
  public static NDArray classMask(NDArray target, int classes) {
    return call("class_mask", target, (long) classes);
  }

  /**
   * 1 in the channel of a pixel's class and 0 elsewhere; without history.
   *
   * @param target (N, H, W), int64; what is no class has zeros only
   * @return (N, classes, H, W), float32
   */
  public static NDArray oneHot(NDArray target, int classes) {
    return call("one_hot", target, (long) classes);
  }

  /**
   * Weights that grow with the rarity of a class, without history: 1 + upperBound (1 - f) for a
   * class of share f among all counts of the row, or 1 + upperBound / f; 1 for a class without any.
   *
   * @param counts (N, C), float32
   * @param batch whether the counts of all rows are added up first
   * @param norm whether it is the inverse of the share
   * @return (N, C)
   */
  public static NDArray classWeights(
      NDArray counts, boolean batch, double upperBound, boolean norm) {
    return call("class_weights", counts, batch, upperBound, norm);
  }

  /**
   * The target where the boundary probability is above a threshold; without history.
   *
   * @param target (N, H, W), int64
   * @param boundary logits (N, 1, H, W)
   * @param ignore what the target is elsewhere
   */
  public static NDArray nearEdges(NDArray target, NDArray boundary, double threshold, int ignore) {
    return call("near_edges", target, boundary, threshold, (long) ignore);
  }

  /**
   * Binary cross-entropy of every class against the rest, summed over the classes.
   *
   * @param logits (N, C, H, W)
   * @param hot as by {@link #oneHot}; what is no class gives 0
   * @param positive factors of the classes' own pixels; empty for 1
   * @return (N, H, W)
   */
  public static NDArray sigmoidCrossEntropy(NDArray logits, NDArray hot, double[] positive) {
    return call("sigmoid_cross_entropy", logits, hot, positive);
  }

  /**
   * (1 - p)^gamma (-log p), from -log p.
   *
   * @param losses any shape, 0 or above
   */
  public static NDArray focal(NDArray losses, double gamma) {
    return call("focal", losses, gamma);
  }

  /**
   * {@link #focal} of every class against the rest, alpha times that of the class's own pixels and
   * 1 - alpha times that of others, summed over the classes.
   *
   * @param logits (N, C, H, W)
   * @param hot as by {@link #oneHot}; what is no class gives 0
   * @return (N, H, W)
   */
  public static NDArray sigmoidFocal(NDArray logits, NDArray hot, double gamma, double alpha) {
    return call("sigmoid_focal", logits, hot, gamma, alpha);
  }

  /**
   * The loss above which pixels are hard: that of the given rank among those that count, the
   * largest of rank 0, or the smallest if there are not as many; without history.
   *
   * @param losses (R, P), 0 or above
   * @param counted (R, P), 0 where a pixel does not count
   * @param highest the limit is at most this
   * @return (R, 1)
   */
  public static NDArray hardLimit(NDArray losses, NDArray counted, double highest, long rank) {
    return call("hard_limit", losses, counted, highest, rank);
  }

  /**
   * What is counted and has losses above a limit; without history.
   *
   * @param losses (R, P)
   * @param counted (R, P), float32, 1 or 0
   * @param limit (R, 1)
   * @return (R, P), float32, 1 or 0
   */
  public static NDArray above(NDArray losses, NDArray counted, NDArray limit) {
    return call("above", losses, counted, limit);
  }

  /**
   * Mean of the largest losses of each row, 0 where nothing counts.
   *
   * @param losses (R, P), 0 or above
   * @param counted (R, P), 0 where a pixel does not count
   * @param share of those that count, above 0, at most 1; rounded up to whole pixels
   * @return (R)
   */
  public static NDArray hardestMean(NDArray losses, NDArray counted, double share) {
    return call("hardest_mean", losses, counted, share);
  }

  /**
   * Which classes come within a border of each pixel, in a square window; without history. The last
   * channel is what is no class, the outside of the image among it.
   *
   * @param target (N, H, W), int64
   * @param border pixels, 0 or more
   * @return (N, classes + 1, H, W), float32, 1 or 0
   */
  public static NDArray multiHot(NDArray target, int classes, int border) {
    return call("multi_hot", target, (long) classes, (long) border);
  }

  /**
   * Logarithm of the softmax probability of any class of a set; 0 where the set is empty.
   *
   * @param logits (N, C, H, W)
   * @param hot (N, C, H, W), 0 for classes that are not in the set
   * @return (N, H, W), at most 0
   */
  public static NDArray relaxedLogLikelihood(NDArray logits, NDArray hot) {
    return call("relaxed_log_likelihood", logits, hot);
  }

  /**
   * Sums over the pixels of each image that count: of the softmax probability of a class where the
   * class is true, of the probability to the given power, and of 1 where it is true.
   *
   * @param logits (N, C, H, W)
   * @param hot as by {@link #oneHot}
   * @return (N, 3, C)
   */
  public static NDArray regionSums(NDArray logits, NDArray hot, double exponent) {
    return call("region_sums", logits, hot, exponent);
  }

  /**
   * 1 - (t + smooth) / (alpha p + beta y + (1 - alpha - beta) t + smooth), 0 where the divisor is.
   *
   * @param sums (R, 3, C): t, p and y
   * @return (R, C)
   */
  public static NDArray tversky(NDArray sums, double alpha, double beta, double smooth) {
    return call("tversky", sums, alpha, beta, smooth);
  }

  /**
   * The lower bound of the regional mutual information with its sign changed, in float64 inside:
   * half the logarithm of the determinant of the covariance of the labels in a region, given the
   * probabilities in it, by element of the region, summed over the classes.
   *
   * @param logits (N, C, H, W), read by the sigmoid
   * @param hot as by {@link #oneHot}
   * @param pool side of the average pooling before; 1 for none
   * @param radius side of the regions, pooled pixels
   * @return (N), 0 for an image in which nothing counts
   */
  public static NDArray mutualInformation(NDArray logits, NDArray hot, int pool, int radius) {
    return call("mutual_information", logits, hot, (long) pool, (long) radius);
  }

  /**
   * Sum over the classes of softmax probability times distance.
   *
   * @param logits (N, C, H, W)
   * @param distances (N, C, H, W), float32
   * @return (N, H, W)
   */
  public static NDArray expectedDistance(NDArray logits, NDArray distances) {
    return call("expected_distance", logits, distances);
  }

  /**
   * Boundary probabilities of a segmentation: half the sum over the classes of the lengths of the
   * Sobel gradient of the softmax, such that a straight edge between two certain classes has 1 on
   * both of its sides; at most 1. The image's frame is no boundary.
   *
   * @param logits (N, C, H, W)
   * @param epsilon below it lengths grow as their squares, so that the gradient is finite
   * @return (N, 1, H, W)
   */
  public static NDArray sobelBoundary(NDArray logits, double epsilon) {
    return call("sobel_boundary", logits, epsilon);
  }

  /**
   * Distances of homographies theta from the identity, by their nearest rotation P: its angle, plus
   * a weight times the squared Frobenius norm of theta - P (Borse et al., "InverseForm", 2021,
   * section 3.3). P is the limit of X = (X + X^-T) / 2 (Higham, "Computing the Polar
   * Decomposition", 1986), whose gradient is finite where singular values are equal, and the angle
   * is atan2(|vee(P - P^T)|, tr P - 1). A theta that is nearly singular, or mirrors, has no nearest
   * rotation to speak of: its angle is pi and its P the identity.
   *
   * @param offsets theta - I, (M, 8), row-major (3, 3) without the last, which is 0
   * @param weight of what is no rotation
   * @param epsilon radians, below which the angle is smooth, exactly 0 for the identity, with a
   *     gradient of 0; 0 for an angle that is as steep at the identity as elsewhere, and has a
   *     gradient of 0 at it
   * @return (M)
   */
  public static NDArray geodesicDistances(NDArray offsets, double weight, double epsilon) {
    return call("geodesic_distances", offsets, weight, epsilon);
  }

  /**
   * How unlike two maps are, whatever their contrast and brightness: 1 less their normalised
   * cross-correlation. 0 for equal maps, 1 for a map without any contrast beside one that has some,
   * 2 for a map and its negative.
   *
   * @param x (M, 1, H, W)
   * @param y as x
   * @return (M)
   */
  public static NDArray unlikeness(NDArray x, NDArray y) {
    return call("unlikeness", x, y);
  }

  /**
   * The square of what a weight's largest singular value has above a limit, 0 below it (Yoshida,
   * Miyato 2017, "Spectral Norm Regularization for Improving the Generalizability of Deep
   * Learning", equation 2, with a limit). The singular vector, of the 128th power, has no history.
   *
   * @param weight (K, ...), a matrix of K rows
   * @return a scalar
   */
  public static NDArray spectralExcess(NDArray weight, double limit) {
    return call("spectral_excess", weight, limit);
  }
}
