package io.inverseform.job.train;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.inverseform.job.config.ModelConfig;
import io.inverseform.job.config.ModelConfig.BackboneConfig;
import io.inverseform.job.config.ModelConfig.NormConfig;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Group;
import io.inverseform.job.torch.Torch;
import io.inverseform.job.train.NetworkBench.Inverse;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What InverseForm adds to a step of OCRNet on random input: forward and backward pass without it,
 * with the convolutional network and with the published one, in turns, so that whatever else the
 * machine does meets all of them.
 *
 * <p>{@code InverseFormStepBench WIDTH HEIGHTxWIDTH STEPS THREADS}, such as {@code 18 512x1024 9
 * 2}.
 */
final class InverseFormStepBench {
  private InverseFormStepBench() {}

  public static void main(String[] args) {
    int width = Integer.parseInt(args[0]);
    String[] size = args[1].split("x");
    int steps = Integer.parseInt(args[2]);
    int threads = Integer.parseInt(args[3]);
    Torch.start(threads);
    try (NDManager manager = Torch.manager(Device.cpu())) {
      Side without = side(manager, width, size, Optional.empty(), threads);
      Map<Inverse, Side> with = new EnumMap<>(Inverse.class);
      for (Inverse inverse : Inverse.values()) {
        with.put(inverse, side(manager, width, size, Optional.of(inverse), threads));
      }
      Map<Inverse, double[]> ratios = new EnumMap<>(Inverse.class);
      double[] plain = new double[steps];
      for (int step = -1; step < steps; step++) {
        // Before and after, so that a drift of the machine's speed cancels.
        double before = without.seconds(step + 1);
        Map<Inverse, Double> seconds = new EnumMap<>(Inverse.class);
        for (Inverse inverse : Inverse.values()) {
          seconds.put(inverse, with.get(inverse).seconds(step + 1));
        }
        double after = without.seconds(step + 1);
        if (step >= 0) {
          plain[step] = (before + after) / 2;
          for (Inverse inverse : Inverse.values()) {
            ratios.computeIfAbsent(inverse, i -> new double[steps])[step] =
                seconds.get(inverse) / plain[step];
          }
        }
      }
      print("seconds without", plain);
      ratios.forEach((inverse, values) -> print("step time with / without, " + inverse, values));
    }
  }

  private record Side(RandomStep pass) {
    double seconds(long step) {
      FlatParameters.Collector gradients = pass.parameters().collect((offset, length) -> {});
      long start = System.nanoTime();
      pass.forwardAndBackward(gradients, Group.ALONE, step, 1);
      return (System.nanoTime() - start) * 1e-9;
    }
  }

  private static Side side(
      NDManager manager, int width, String[] size, Optional<Inverse> inverse, int threads) {
    BackboneConfig backbone =
        new BackboneConfig(
            false,
            64,
            4,
            64,
            IntStream.of(1, 2, 4, 8).map(i -> i * width).boxed().toList(),
            4,
            List.of(1, 4, 3));
    ModelConfig model =
        ModelConfig.ocrNet(
            backbone, 512, 256, 0.05, new NormConfig(NormConfig.Type.BATCH, 0.1, 1e-5, 32));
    NetworkBench bench =
        new NetworkBench(
            model,
            19,
            Integer.parseInt(size[0]),
            Integer.parseInt(size[1]),
            1,
            inverse,
            threads,
            1);
    return new Side(new RandomStep(manager, bench));
  }

  private static void print(String what, double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    System.out.printf(
        Locale.ROOT,
        "%s: median %.3f, least %.3f, most %.3f%n",
        what.toLowerCase(Locale.ROOT),
        sorted[sorted.length / 2],
        sorted[0],
        sorted[sorted.length - 1]);
  }
}
