package io.inverseform.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.config.ConfigLoader;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.train.StopCause;
import io.inverseform.job.train.Training;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrainCommandTest {
  private final JobConfig config = ConfigLoader.loadDemo(List.of("run=runs/a"));

  @Test
  void theLineNamesLossesAndScores() {
    assertThat(
            TrainCommand.line(
                new Training.Outcome(
                    9, Optional.empty(), 0, 0xABL, 2.5, 0.25, 0.004, Map.of("mean_iou", 0.5)),
                config))
        .isEqualTo(
            "step 9: loss 2.5000 at first, 0.2500 at last, mean_iou 0.500, waited for data"
                + " 0.4 % of the time; weights 000000ab in runs/a");
  }

  @Test
  void whereOnlyTheModelWasLeftToMakeItSaysSo() {
    assertThat(
            TrainCommand.line(
                new Training.Outcome(
                    9, Optional.empty(), 0, 0xABL, Double.NaN, Double.NaN, 0, Map.of()),
                config))
        .isEqualTo("step 9: no step was left, the model is made; weights 000000ab in runs/a");
  }

  @Test
  void aTrainingThatWasStoppedSaysByWhatAndHowItGoesOn() {
    assertThat(
            TrainCommand.line(
                new Training.Outcome(
                    9, Optional.of(StopCause.SIGTERM), 2, 0xABL, 2.5, 0.25, 0.004, Map.of()),
                config))
        .isEqualTo(
            "stopped after step 9 by SIGTERM, go on with --resume; step 9: loss 2.5000 at first,"
                + " 0.2500 at last, waited for data 0.4 % of the time, 2 steps left out for gradients that were not finite; weights"
                + " 000000ab in runs/a");
  }
}
