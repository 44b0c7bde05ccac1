package io.inverseform.job.pretrain;

import io.inverseform.job.config.InverseNetworkConfig.Transform;
import io.inverseform.job.config.PretrainConfig;
import io.inverseform.job.config.PretrainConfig.WarpConfig;
import io.inverseform.udf.random.KeyedRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The transforms that are drawn: a point in the unit ball is a sum of motions (translation,
 * rotation and so on), each at most as far as its range, so that theta - I is linear in the point.
 *
 * @param motions (dimensions, 8): what each coordinate adds to theta - I, row-major (3, 3) without
 *     the last
 * @param transform what the network regresses of it
 * @param normaliser theta - I for an output of 1, of every number: all of them vary as much then,
 *     none is learnt at another's cost, and the norm of the outputs is about the point's length
 */
record WarpSpace(double[][] motions, Transform transform, List<Double> normaliser) {
  /** Numbers of theta, row-major (3, 3) without the last. */
  static final int THETA = 8;

  private static final int AFFINE = 6;

  static WarpSpace of(PretrainConfig config) {
    WarpConfig warp = config.warp();
    Transform transform = config.network().transform();
    List<double[]> motions = new ArrayList<>();
    motions.add(motion(warp.translation(), 2));
    motions.add(motion(warp.translation(), 5));
    if (transform.parameters() >= 4) {
      motions.add(motion(warp.scale(), 0));
      motions.add(motion(warp.scale(), 4));
    }
    if (transform.parameters() >= AFFINE) {
      motions.add(motion(warp.shear(), 1, 3));
      double[] rotation = motion(warp.rotation(), 3);
      rotation[1] = -warp.rotation();
      motions.add(rotation);
    }
    if (transform.parameters() == THETA) {
      motions.add(motion(warp.perspective(), 6));
      motions.add(motion(warp.perspective(), 7));
    }
    List<Double> reaches =
        transform.places().stream()
            .map(place -> Math.sqrt(motions.stream().mapToDouble(m -> m[place] * m[place]).sum()))
            .toList();
    // Of a number that no motion changes there is nothing to learn.
    List<Double> normaliser = reaches.stream().map(reach -> reach > 0 ? reach : 1).toList();
    return new WarpSpace(motions.toArray(double[][]::new), transform, normaliser);
  }

  private static double[] motion(double range, int... places) {
    double[] motion = new double[THETA];
    for (int place : places) {
      motion[place] = range;
    }
    return motion;
  }

  int dimensions() {
    return motions.length;
  }

  /** (dimensions, 6 or 8), row-major: a point times it is theta - I. */
  float[] toTheta() {
    int width = isAffine() ? AFFINE : THETA;
    float[] matrix = new float[dimensions() * width];
    for (int i = 0; i < dimensions(); i++) {
      for (int j = 0; j < width; j++) {
        matrix[i * width + j] = (float) motions[i][j];
      }
    }
    return matrix;
  }

  boolean isAffine() {
    return transform.parameters() < THETA;
  }

  /** (dimensions, outputs), row-major: a point times it is what the network shall say. */
  float[] toOutputs() {
    int outputs = transform.parameters();
    float[] matrix = new float[dimensions() * outputs];
    for (int i = 0; i < dimensions(); i++) {
      for (int j = 0; j < outputs; j++) {
        matrix[i * outputs + j] =
            (float) (motions[i][transform.places().get(j)] / normaliser.get(j));
      }
    }
    return matrix;
  }

  /**
   * A point in a direction drawn uniformly.
   *
   * @param length its distance from the identity
   */
  void draw(double length, KeyedRandom random, float[] points, int at) {
    double[] drawn = new double[dimensions()];
    Arrays.setAll(drawn, i -> random.nextGaussian());
    double norm = Math.sqrt(Arrays.stream(drawn).map(v -> v * v).sum());
    for (int i = 0; i < drawn.length; i++) {
      points[at + i] = (float) (length * drawn[i] / norm);
    }
  }

  /**
   * Pixels around a tile from which no transform of the unit ball moves anything further into it.
   *
   * @param tile pixels on a side
   */
  int margin(int tile) {
    // By Cauchy and Schwarz, at the corner (1, 1), in half tiles.
    double row = Math.max(reach(0), reach(3));
    double least = 1 - reach(6);
    double furthest = (1 + row) / least;
    return (int) Math.ceil((furthest - 1) * tile / 2) + 1;
  }

  /** The most that three numbers of theta - I add up to. */
  private double reach(int from) {
    double squares = 0;
    for (double[] motion : motions) {
      double sum = 0;
      for (int i = from; i < Math.min(from + 3, THETA); i++) {
        sum += Math.abs(motion[i]);
      }
      squares += sum * sum;
    }
    return Math.sqrt(squares);
  }
}
