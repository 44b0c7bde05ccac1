package io.inverseform.job.config;

import java.io.Serializable;

/**
 * Everything that one run is configured by.
 *
 * @param seed of every random draw: scenes, initial weights, sampling, augmentation, dropout
 * @param run folder for checkpoints, metrics and results; local or any Hadoop file system
 */
public record JobConfig(
    long seed,
    String run,
    DataConfig data,
    SynthesizeConfig synthesize,
    PreprocessConfig preprocess,
    ModelConfig model,
    LossConfig loss,
    AugmentConfig augment,
    OptimizerConfig optimizer,
    ScheduleConfig schedule,
    TrainConfig train,
    PretrainConfig pretrain,
    EvaluateConfig evaluate)
    implements Serializable {
  public JobConfig {
    Check.location("run", run);
    Check.given("data", data);
    Check.given("synthesize", synthesize);
    Check.given("preprocess", preprocess);
    Check.given("model", model);
    Check.given("loss", loss);
    loss.requireOutputs(model.outputs());
    Check.given("augment", augment);
    loss.requireFits(augment.cropHeight(), augment.cropWidth());
    Check.given("optimizer", optimizer);
    Check.given("schedule", schedule);
    Check.given("train", train);
    Check.given("pretrain", pretrain);
    Check.given("evaluate", evaluate);
  }

  /** The same with other places. */
  public JobConfig with(String otherRun, String otherPretrainRun, DataConfig otherData) {
    return with(
        otherRun,
        otherData,
        model,
        optimizer,
        schedule,
        train,
        pretrain.with(otherPretrainRun, pretrain.weights()));
  }

  /** The same with the pictures for pretraining at another place; empty where there are none. */
  public JobConfig withPictures(String others) {
    return with(run, data, model, optimizer, schedule, train, pretrain.withPictures(others));
  }

  /** The same with weight files at other places; empty where there is none. */
  public JobConfig withWeights(String otherPretrained, String otherInverse) {
    return with(
        run,
        data,
        model.with(model.pretrained().with(otherPretrained)),
        optimizer,
        schedule,
        train,
        pretrain.with(pretrain.run(), otherInverse));
  }

  /** What {@code pretrain} does, as a training of its own. */
  public JobConfig pretraining() {
    return with(
        pretrain.run(),
        data,
        model,
        pretrain.optimizer(),
        pretrain.schedule(),
        pretrain.train(),
        pretrain);
  }

  private JobConfig with(
      String otherRun,
      DataConfig otherData,
      ModelConfig otherModel,
      OptimizerConfig otherOptimizer,
      ScheduleConfig otherSchedule,
      TrainConfig otherTrain,
      PretrainConfig otherPretrain) {
    return new JobConfig(
        seed,
        otherRun,
        otherData,
        synthesize,
        preprocess,
        otherModel,
        loss,
        augment,
        otherOptimizer,
        otherSchedule,
        otherTrain,
        otherPretrain,
        evaluate);
  }
}
