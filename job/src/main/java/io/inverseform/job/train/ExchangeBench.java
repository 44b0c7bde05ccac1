package io.inverseform.job.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.inverseform.job.allreduce.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Measures the exchange of a training step between processes on this host: gradients to the shards'
 * owners, sum, SGD update, weights back.
 *
 * @param world processes, from 1
 * @param megabytes of the gradient, 10^6 bytes, 1 to 2147
 * @param rounds measured, after some to warm up
 * @param wire what travels
 */
public record ExchangeBench(int world, int megabytes, int rounds, Wire wire) {
  /** Checks what is asked for. */
  public ExchangeBench {
    require("world", world, 1, 64);
    require("mb", megabytes, 1, 2147);
    require("rounds", rounds, 1, 100_000);
  }

  private static void require(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s must be %d to %d, is %d".formatted(name, least, most, value));
    }
  }

  /** As in configurations. */
  static String name(Wire wire) {
    return wire.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Starts the processes, waits for their end and returns what rank 0 measured.
   *
   * @throws IOException if a process failed, saying why
   */
  public ExchangeMeasurement run() throws IOException {
    List<String> arguments = List.of("" + megabytes * 250_000L, "" + rounds, wire.name());
    String line =
        new BenchProcesses(world, 3 * megabytes + 512)
            .run(ExchangeBenchWorker.class.getName(), join -> with(join, arguments))
            .get(0);
    return new ObjectMapper().readValue(line, ExchangeMeasurement.class);
  }

  private static List<String> with(String join, List<String> arguments) {
    List<String> all = new ArrayList<>(List.of(join));
    all.addAll(arguments);
    return all;
  }
}
