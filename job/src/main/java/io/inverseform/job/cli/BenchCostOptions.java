package io.inverseform.job.cli;

import io.inverseform.job.bench.CostModel;
import io.inverseform.job.config.ExchangeConfig.Wire;
import picocli.CommandLine.Option;

/** A step and a worker of the cost model; the defaults are OCRNet-48 and what was measured. */
final class BenchCostOptions {
  @Option(names = "--parameters", description = "Of the network, as bench step prints them.")
  private long parameters = 70_894_472;

  @Option(names = "--wire", description = "train.exchange.wire: float32 or bfloat16.")
  private Wire wire = Wire.FLOAT32;

  @Option(names = "--compute", paramLabel = "S", description = "Seconds of forward and backward.")
  private double compute = 0.5;

  @Option(names = "--hidden", description = "Share of the exchange during backward, 0 to 1.")
  private double hidden;

  @Option(names = "--rounds", description = "Of synchronised norms a step; 0 with other norms.")
  private int rounds = 218;

  @Option(names = "--round-kb", description = "To each peer in a round.")
  private double roundKilobytes = 6.8;

  @Option(names = "--per-host", description = "Executors of a host, which share its line.")
  private int perHost = 1;

  @Option(
      names = "--connection",
      paramLabel = "GB/S",
      description = "Of a connection and its network thread; encrypted 0.9.")
  private double connection = 2.07;

  @Option(names = "--network-threads", description = "Each way; spark.grad.io.serverThreads.")
  private int threads = 2;

  @Option(
      names = "--frame",
      paramLabel = "US",
      description = "That a small frame keeps a network thread busy, either way.")
  private double frame = 25;

  @Option(names = "--add", paramLabel = "GB/S", description = "Of gradients on one thread.")
  private double add = 11.5;

  @Option(names = "--encode", paramLabel = "GB/S", description = "Of float32 to bfloat16.")
  private double encode = 4.2;

  @Option(names = "--decode", paramLabel = "GB/S", description = "Of bfloat16 to float32.")
  private double decode = 9.5;

  @Option(names = "--update", paramLabel = "NS", description = "Of a parameter: 25 ms for 35 M.")
  private double update = 0.714;

  @Option(
      names = "--copy",
      paramLabel = "GB/S",
      description = "Between GPU and host memory (assumed); 0 without GPUs.")
  private double copy = 6;

  @Option(names = "--nvlink", paramLabel = "GB/S", description = "Of NCCL's ring (assumed).")
  private double nvlink = 200;

  @Option(names = "--nccl-round", paramLabel = "US", description = "Of a small sum (assumed).")
  private double ncclRound = 30;

  CostModel model() {
    return new CostModel(
        new CostModel.Step(
            parameters,
            wire == Wire.FLOAT32 ? 4 : 2,
            rounds,
            roundKilobytes * 1e3,
            compute,
            hidden),
        new CostModel.Worker(
            connection * 1e9,
            threads,
            frame * 1e-6,
            add * 1e9,
            encode * 1e9,
            decode * 1e9,
            update * 1e-9,
            copy * 1e9,
            perHost),
        new CostModel.Nccl(nvlink * 1e9, ncclRound * 1e-6));
  }
}
