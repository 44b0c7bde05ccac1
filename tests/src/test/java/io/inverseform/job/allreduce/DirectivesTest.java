package io.inverseform.job.allreduce;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class DirectivesTest {
  @Test
  void aRequestIsNamedAStepThatNoRankCanHavePassed() {
    Directives directives = new Directives();
    directives.request(Directive.Kind.STOP, "early");
    assertThat(directives.after(-1)).isEmpty();
    directives.reported(40);
    directives.reported(39);
    directives.request(Directive.Kind.STOP, "preempted");
    assertThat(directives.after(40))
        .containsExactly(
            new Directive(Directive.Kind.STOP, 42, "early"),
            new Directive(Directive.Kind.STOP, 43, "preempted"));
    assertThat(directives.after(42))
        .containsExactly(new Directive(Directive.Kind.STOP, 43, "preempted"));
  }

  @Test
  void allRanksStopAtTheSameStepHoweverDifferentlyTheyReport() throws Exception {
    try (Workers workers = new Workers(3)) {
      List<Future<List<String>>> runs =
          workers.start(
              640,
              0,
              (client, exchange, memory) -> {
                List<String> seen = new ArrayList<>();
                for (long step = 0; ; step++) {
                  exchange.reduceScatter(new FloatRange(0, 640));
                  exchange.allGather(step, (range, gradient, offset) -> {});
                  if (step == 20 && exchange.rank() == 1) {
                    workers.coordinator.requestStop("preempted");
                  }
                  Directive directive = client.directive(step);
                  client.progress(step, "{\"loss\":" + step + "}");
                  if (directive.kind() != Directive.Kind.NONE) {
                    seen.add(directive.kind() + " " + directive.step() + " " + directive.reason());
                  }
                  if (directive.kind() == Directive.Kind.STOP) {
                    assertThat(directive.step()).isEqualTo(step);
                    return seen;
                  }
                }
              });
      List<List<String>> seen = Workers.results(runs);
      assertThat(seen.get(0)).hasSize(1);
      assertThat(seen.get(0).get(0)).matches("STOP 2[0-4] preempted");
      assertThat(seen.get(1)).isEqualTo(seen.get(0));
      assertThat(seen.get(2)).isEqualTo(seen.get(0));
      workers.coordinator.close();
      assertThat(workers.progress).contains("0 0 {\"loss\":0}", "2 20 {\"loss\":20}");
      assertThat(workers.failures).isEmpty();
    }
  }
}
