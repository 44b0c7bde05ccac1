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
      double[][] plain = new double[2][steps];
      Map<Inverse, double[][]> ratios = new EnumMap<>(Inverse.class);
      for (int step = -1; step < steps; step++) {
        // Before and after, so that a drift of the machine's speed cancels.
        Cost before = without.run(step + 1);
        Map<Inverse, Cost> costs = new EnumMap<>(Inverse.class);
        for (Inverse inverse : Inverse.values()) {
          costs.put(inverse, with.get(inverse).run(step + 1));
        }
        Cost after = without.run(step + 1);
        System.out.printf(Locale.ROOT, "%d: %s, %s, %s%n", step, before, costs, after);
        if (step >= 0) {
          plain[0][step] = (before.seconds() + after.seconds()) / 2;
          plain[1][step] = (before.cpu() + after.cpu()) / 2;
          for (Inverse inverse : Inverse.values()) {
            double[][] of = ratios.computeIfAbsent(inverse, i -> new double[2][steps]);
            of[0][step] = costs.get(inverse).seconds() / plain[0][step];
            of[1][step] = costs.get(inverse).cpu() / plain[1][step];
          }
        }
      }
      print("seconds without", plain[0]);
      print("CPU seconds without", plain[1]);
      ratios.forEach(
          (inverse, values) -> {
            print("time with / without, " + inverse, values[0]);
            print("CPU time with / without, " + inverse, values[1]);
          });
    }
  }

  /**
   * Of one step.
   *
   * @param cpu seconds of all threads
   */
  private record Cost(double seconds, double cpu) {}

  private record Side(RandomStep pass) {
    Cost run(long step) {
      FlatParameters.Collector gradients = pass.parameters().collect((offset, length) -> {});
      long start = System.nanoTime();
      long cpu = NetworkBench.cpuNanos();
      pass.forwardAndBackward(gradients, Group.ALONE, step, 1);
      return new Cost((System.nanoTime() - start) * 1e-9, (NetworkBench.cpuNanos() - cpu) * 1e-9);
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
            "cpu",
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
        what,
        sorted[sorted.length / 2],
        sorted[0],
        sorted[sorted.length - 1]);
  }
}
