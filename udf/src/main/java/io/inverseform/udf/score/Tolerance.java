package io.inverseform.udf.score;

import java.io.Serializable;
import java.math.BigDecimal;

/**
 * A distance between pixel centres, Euclidean: a number of pixels, or a share of a picture's
 * diagonal, so that pictures of several sizes are measured alike.
 *
 * @param amount pixels 0 to {@link #MAX_PIXELS}, or a share above 0 and at most 1
 * @param unit what the amount counts
 */
public record Tolerance(double amount, Unit unit) implements Serializable {
  /** Largest number of pixels, also for shares of very long diagonals. */
  public static final int MAX_PIXELS = 32_000;

  /** Of what a tolerance is an amount. */
  public enum Unit {
    /** Pixels. */
    PIXELS,
    /** The root of width² + height². */
    DIAGONAL
  }

  /** Checks the range. */
  public Tolerance {
    if (unit == Unit.PIXELS && !(amount >= 0 && amount <= MAX_PIXELS)) {
      throw new IllegalArgumentException(
          "tolerance must be 0 to " + MAX_PIXELS + " pixels, is " + number(amount));
    }
    if (unit == Unit.DIAGONAL && !(amount > 0 && amount <= 1)) {
      throw new IllegalArgumentException(
          "tolerance must be a share of the diagonal above 0 and at most 1, is " + number(amount));
    }
  }

  /**
   * So many pixels, not necessarily whole.
   *
   * @throws IllegalArgumentException if it is not in 0..{@link #MAX_PIXELS}
   */
  public static Tolerance ofPixels(double pixels) {
    return new Tolerance(pixels, Unit.PIXELS);
  }

  /**
   * A share of the picture's diagonal: 0.008 for the boundary F of DAVIS, 0.02 for boundary IoU.
   *
   * @param share above 0 and at most 1
   * @throws IllegalArgumentException if it is out of range
   */
  public static Tolerance ofDiagonal(double share) {
    return new Tolerance(share, Unit.DIAGONAL);
  }

  /**
   * A distance as published scores write it: pixels from 1 on, below 1 a share of the diagonal.
   *
   * @param amount above 0, at most {@link #MAX_PIXELS}
   * @throws IllegalArgumentException if it is out of range
   */
  public static Tolerance of(double amount) {
    return amount < 1 ? ofDiagonal(amount) : ofPixels(amount);
  }

  /**
   * The tolerance in pixels of a picture. Shares are rounded up to whole pixels, as DAVIS does.
   *
   * @param width of the picture, pixels
   * @param height of the picture, pixels
   * @return 0..{@link #MAX_PIXELS}
   */
  public double pixels(int width, int height) {
    return switch (unit) {
      case PIXELS -> amount;
      case DIAGONAL -> Math.min(Math.ceil(amount * diagonal(width, height)), MAX_PIXELS);
    };
  }

  private static double diagonal(double width, double height) {
    return Math.sqrt(width * width + height * height);
  }

  /** Such as "3 px", or "0.008 of the diagonal". */
  @Override
  public String toString() {
    return number(amount) + (unit == Unit.PIXELS ? " px" : " of the diagonal");
  }

  private static String number(double value) {
    if (!Double.isFinite(value)) {
      return Double.toString(value);
    }
    return value == Math.rint(value) && Math.abs(value) < 1e9
        ? Long.toString((long) value)
        : new BigDecimal(Double.toString(value)).toPlainString();
  }
}
