package io.inverseform.job.synthesize;

import io.inverseform.udf.random.KeyedRandom;

/** A colour; channels are 0..1 before the camera's exposure and may exceed 1. */
record Colour(float red, float green, float blue) {
  static Colour of(int rgb) {
    return new Colour((rgb >> 16 & 0xFF) / 255f, (rgb >> 8 & 0xFF) / 255f, (rgb & 0xFF) / 255f);
  }

  static Colour grey(double level) {
    return new Colour((float) level, (float) level, (float) level);
  }

  /** One of the colours, slightly changed. */
  static Colour pick(KeyedRandom random, double jitter, int... rgbs) {
    return of(rgbs[random.nextInt(rgbs.length)]).jittered(random, jitter);
  }

  Colour scaled(double factor) {
    return new Colour((float) (red * factor), (float) (green * factor), (float) (blue * factor));
  }

  Colour mixed(Colour other, double share) {
    float s = (float) share;
    return new Colour(
        red + s * (other.red - red),
        green + s * (other.green - green),
        blue + s * (other.blue - blue));
  }

  Colour jittered(KeyedRandom random, double amount) {
    double all = random.nextDouble(-amount, amount);
    return new Colour(
        clamp(red + all + random.nextDouble(-amount, amount) / 2),
        clamp(green + all + random.nextDouble(-amount, amount) / 2),
        clamp(blue + all + random.nextDouble(-amount, amount) / 2));
  }

  private static float clamp(double value) {
    return (float) Math.max(0, Math.min(1, value));
  }

  void put(float[] rgb) {
    rgb[0] = red;
    rgb[1] = green;
    rgb[2] = blue;
  }

  void put(float[] rgb, double factor) {
    rgb[0] = (float) (red * factor);
    rgb[1] = (float) (green * factor);
    rgb[2] = (float) (blue * factor);
  }
}
