package io.inverseform.job.synthesize;

import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.picture.RgbPicture;
import io.inverseform.udf.random.KeyedRandom;

/** What the camera makes of a painted scene: blur of the lens, exposure, white balance, noise. */
final class Sensor {
  private final KeyedRandom random;
  private final double[] gain = new double[3];
  private final double gamma;
  private final double vignette;
  private final double noise;

  Sensor(KeyedRandom random) {
    this.random = random;
    double exposure = Math.exp(random.nextGaussian() * 0.13);
    double warmth = random.nextGaussian() * 0.04;
    gain[0] = exposure * (1 + warmth);
    gain[1] = exposure * (1 + random.nextGaussian() * 0.02);
    gain[2] = exposure * (1 - warmth);
    gamma = random.nextDouble(0.85, 1.2);
    vignette = random.nextDouble(0, 0.3);
    noise = random.nextDouble(0.006, 0.025);
  }

  Scene expose(Canvas canvas) {
    int width = canvas.width / Canvas.OVERSAMPLING;
    int height = canvas.height / Canvas.OVERSAMPLING;
    byte[] rgb = new byte[3 * width * height];
    byte[] ids = new byte[width * height];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int at = y * width + x;
        ids[at] = canvas.labels[Canvas.OVERSAMPLING * (y * canvas.width + x)];
        double dx = 2.0 * x / width - 1;
        double dy = 2.0 * y / height - 1;
        double falloff = 1 - vignette * (dx * dx + dy * dy) / 2;
        for (int c = 0; c < 3; c++) {
          double light = Math.max(0, falloff * gain[c] * blurred(canvas, x, y, c));
          double value = Math.pow(light, gamma) + noise * random.nextGaussian();
          rgb[3 * at + c] = (byte) Math.max(0, Math.min(255, Math.round(255 * value)));
        }
      }
    }
    return new Scene(new RgbPicture(width, height, rgb), new LabelMap(width, height, ids));
  }

  /** Mean over the pixel's samples and the ones next to them. */
  private static double blurred(Canvas canvas, int x, int y, int channel) {
    double sum = 0;
    int count = 0;
    int n = Canvas.OVERSAMPLING;
    for (int v = Math.max(0, n * y - 1); v <= Math.min(canvas.height - 1, n * y + n); v++) {
      for (int u = Math.max(0, n * x - 1); u <= Math.min(canvas.width - 1, n * x + n); u++) {
        boolean core = v >= n * y && v < n * y + n && u >= n * x && u < n * x + n;
        int weight = core ? 4 : 1;
        sum += weight * canvas.rgb[3 * (v * canvas.width + u) + channel];
        count += weight;
      }
    }
    return sum / count;
  }
}
