package io.inverseform.job.loss;

import io.inverseform.job.config.LossConfig;
import io.inverseform.job.config.LossConfig.Average;
import io.inverseform.job.config.LossConfig.Scope;
import io.inverseform.job.config.LossTerms;
import io.inverseform.job.config.LossTerms.Classes;
import io.inverseform.job.config.LossTerms.HardAverage;
import java.util.ArrayList;
import java.util.List;

/** Terms of all types that need no network, in several forms each, under different names. */
final class EveryTerm {
  private EveryTerm() {}

  /** Of four classes. */
  static List<LossConfig.Term> of(Scope scope) {
    List<Double> weights = List.of(1.0, 0.5, 2.0, 3.0);
    List<LossConfig.Term> terms = new ArrayList<>();
    for (Average average : Average.values()) {
      terms.add(
          new LossTerms.CrossEntropy(1, "ce " + average, weights, 255, false, average, scope));
      terms.add(
          new LossTerms.CrossEntropy(1, "sigmoid " + average, weights, 2, true, average, scope));
      terms.add(new LossTerms.Focal(1, "focal " + average, 2, weights, false, 1, average, scope));
    }
    terms.add(
        new LossTerms.Focal(1, "sigmoid focal", 1.5, List.of(), true, 0.25, Average.VALID, scope));
    terms.add(new LossConfig.ClassWeightedCrossEntropy(1, "image-based", 1, scope));
    terms.add(new LossConfig.ClassWeightedCrossEntropy(1, "image-based norm", 1, true, scope));
    terms.add(new LossConfig.BoundaryCrossEntropy(1, "bce", scope));
    terms.add(new LossConfig.BoundaryCrossEntropy(1, "bce all", 0, Average.ALL, scope));
    terms.add(new LossConfig.BoundaryCrossEntropy(1, "bce fixed", 5, Average.VALID, scope));
    terms.add(new LossConfig.EdgeAttention(1, "attention", 0.5, 1, true, scope));
    for (HardAverage average : HardAverage.values()) {
      terms.add(ohem("ohem " + average, 0.4, 9, average, 0, scope));
      terms.add(ohem("edge ohem " + average, 0.3, 9, average, 0.5, scope));
    }
    terms.add(ohem("ohem of none", 0.3, 0, HardAverage.KEPT, 0, scope));
    terms.add(ohem("ohem of all", 1, 1_000_000, HardAverage.KEPT, 0, scope));
    terms.add(new LossTerms.TopK(1, "top k", 0.3, scope));
    for (Classes classes : Classes.values()) {
      terms.add(new LossTerms.Dice(1, "dice " + classes, 2, 1, classes, scope));
      terms.add(new LossTerms.Dice(1, "plain dice " + classes, 1, 0, classes, scope));
      terms.add(new LossTerms.Tversky(1, "tversky " + classes, 0.3, 0.7, 1, classes, scope));
    }
    terms.add(new LossTerms.RelaxedBoundary(1, "relaxed", 1, 0, scope));
    terms.add(new LossTerms.RelaxedBoundary(1, "relaxed weighted", 3, 1, scope));
    terms.add(new LossTerms.RegionMutualInformation(1, "rmi", 3, 4, 0.5, 0.5, scope));
    terms.add(new LossTerms.RegionMutualInformation(1, "rmi small", 2, 1, 0, 1, scope));
    terms.add(new LossTerms.SignedDistance(1, "distance", scope));
    return terms;
  }

  private static LossConfig.Term ohem(
      String name, double threshold, int kept, HardAverage average, double edges, Scope scope) {
    return new LossTerms.OnlineHardExamples(1, name, threshold, kept, average, edges, scope);
  }
}
