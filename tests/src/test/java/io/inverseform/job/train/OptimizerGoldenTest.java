package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.inverseform.golden.Goldens;
import io.inverseform.golden.Npz;
import io.inverseform.job.allreduce.FlatMemory;
import io.inverseform.job.allreduce.FloatRange;
import io.inverseform.job.allreduce.LocalExchange;
import io.inverseform.job.config.OptimizerConfig;
import io.inverseform.job.config.ScheduleConfig;
import io.inverseform.job.config.ScheduleConfig.Decay;
import io.inverseform.job.config.ScheduleConfig.Polynomial;
import io.inverseform.job.config.ScheduleConfig.TwoPolynomials;
import io.inverseform.job.config.ScheduleConfig.Unit;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("golden")
class OptimizerGoldenTest {
  private static Npz golden;
  private static List<String> prefixes;

  @BeforeAll
  static void read() throws IOException {
    golden = Npz.golden("optim.npz");
    prefixes = golden.prefixes().stream().filter(prefix -> prefix.matches("o\\d+")).toList();
    assertThat(prefixes).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sgd_const",
        "sgd_poly09",
        "sgd_nesterov_poly09",
        "sgd_wd1e-4_poly2",
        "sgd_poly2step"
      })
  void weightsMomentumAndRatesAreThoseOfPyTorch(String run) {
    for (String prefix : prefixes) {
      String name = prefix + "." + run;
      float[] rates = golden.array(name + ".lr").floats();
      float[] weights = golden.array(prefix + ".w0").floats();
      int length = weights.length;
      FloatRange whole = new FloatRange(0, length);
      FlatMemory memory = FlatMemory.allocate(length);
      memory.weights().put(weights);
      OptimizerConfig config = config(run);
      Optimizer optimizer =
          new HostOptimizer(memory.weights(), whole, config, ParameterGroups.none());
      Schedule schedule = schedule(run, prefix, config.learningRate());
      LocalExchange exchange = new LocalExchange(memory, 1);
      for (int step = 1; step <= rates.length; step++) {
        memory.gradient().put(row(prefix + ".grads", step, length));
        exchange.reduceScatter(whole);
        double rate = schedule.learningRate(step, 0);
        assertThat(rate)
            .as("%s rate of step %d", name, step)
            .isCloseTo(rates[step - 1], within(1e-8));
        optimizer.begin(rate);
        exchange.allGather(step, optimizer);

        memory.weights().get(weights);
        String where = "%s step %d".formatted(name, step);
        assertThat(Goldens.relativeL2(weights, row(name + ".traj", step, length)))
            .as(where)
            .isLessThan(1e-6);
        float[] momentum = optimizer.state().vector(Sgd.MOMENTUM);
        assertThat(Goldens.relativeL2(momentum, row(name + ".momentum", step, length)))
            .as(where)
            .isLessThan(1e-6);
      }
    }
  }

  @Test
  void factorsByEpochAreThoseOfThePublishedSchedules() {
    for (double power : new double[] {0.9, 1, 2}) {
      String name = "sched.poly%s_max175".formatted(power == 0.9 ? "0.9" : "" + (int) power);
      float[] factors = golden.array(name).floats();
      ScheduleConfig config = new ScheduleConfig(Unit.EPOCH, 0, 0, 0, new Polynomial(power, 0));
      Schedule schedule = new Schedule(1, config, factors.length);
      for (int epoch = 0; epoch < factors.length; epoch++) {
        for (int step = 1; step <= 3; step++) {
          assertThat(schedule.learningRate(3L * epoch + step, epoch))
              .as("%s epoch %d", name, epoch)
              .isCloseTo(factors[epoch], within(1e-7));
        }
      }
    }
  }

  private static OptimizerConfig config(String run) {
    return new OptimizerConfig(
        run.equals("sgd_const") ? 0.01 : 0.05,
        new OptimizerConfig.Sgd(0.9, run.contains("nesterov")),
        run.contains("wd1e-4") || run.contains("poly2step") ? 1e-4 : 5e-4,
        0,
        true,
        List.of(),
        0);
  }

  private static Schedule schedule(String run, String prefix, double rate) {
    int change = (int) golden.array(prefix + ".poly2_step").scalar();
    Decay decay =
        switch (run) {
          case "sgd_const" -> new Polynomial(0, 0);
          case "sgd_wd1e-4_poly2" -> new Polynomial(2, 0);
          case "sgd_poly2step" -> new TwoPolynomials(1, change, 2);
          default -> new Polynomial(0.9, 0);
        };
    int steps = (int) golden.array(prefix + ".max_iter").scalar();
    return new Schedule(rate, new ScheduleConfig(Unit.STEP, 0, 0, 0, decay), steps);
  }

  private static float[] row(String name, int step, int length) {
    float[] all = golden.array(name).floats();
    return Arrays.copyOfRange(all, (step - 1) * length, step * length);
  }
}
