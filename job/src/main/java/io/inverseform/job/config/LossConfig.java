package io.inverseform.job.config;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The total loss: the weighted terms at every output that has a weight.
 *
 * @param outputWeights factors of the outputs' terms by the outputs' names: main, auxiliary, and
 *     with attention over scales such as scale_0.5; an output that is not named has no loss, nor
 *     has one that the network does not give
 * @param targets outputs at which a term counts, by its loss_name; one that is not named counts at
 *     all of them
 */
public record LossConfig(
    Map<String, Double> outputWeights, List<Term> terms, Map<String, List<String>> targets)
    implements Serializable {
  /** Every term counts at all outputs. */
  public LossConfig(Map<String, Double> outputWeights, List<Term> terms) {
    this(outputWeights, terms, Map.of());
  }

  public LossConfig {
    Check.that(
        Check.given("output_weights", outputWeights).containsKey(HeadConfig.MAIN),
        "output_weights",
        outputWeights,
        "factors by output, main among them");
    outputWeights.forEach(
        (output, weight) -> {
          String key = "output_weights." + output;
          Check.that(
              isOutput(output),
              "output_weights",
              output,
              "factors of main, auxiliary, and such as scale_0.5");
          Check.notNegative(key, Check.given(key, weight));
        });
    outputWeights = Collections.unmodifiableMap(new LinkedHashMap<>(outputWeights));
    Check.that(!Check.given("terms", terms).isEmpty(), "terms", terms, "a list of at least 1");
    terms = List.copyOf(terms);
    List<String> names = terms.stream().map(Term::lossName).toList();
    Check.that(
        Set.copyOf(names).size() == names.size(), "terms", names, "terms of different loss_name");
    targets = targets(targets, names);
  }

  private static Map<String, List<String>> targets(
      Map<String, List<String>> targets, List<String> names) {
    Map<String, List<String>> checked = new LinkedHashMap<>();
    Check.given("targets", targets)
        .forEach(
            (name, outputs) -> {
              Check.that(
                  names.contains(name),
                  "targets",
                  name,
                  "by loss_name, one of %s; '%s: null' takes one of '_base_' away"
                      .formatted(names, name));
              checked.put(
                  name,
                  Check.list(
                      "targets." + name,
                      outputs,
                      LossConfig::isOutput,
                      "main, auxiliary, or such as scale_0.5"));
            });
    return Collections.unmodifiableMap(checked);
  }

  private static boolean isOutput(String name) {
    return name.matches("main|auxiliary|scale_.+");
  }

  /** Whether a term has a part of the loss at an output. */
  public boolean applies(Term term, ModelConfig.Output output) {
    List<String> targets = this.targets.get(term.lossName());
    return outputWeights.getOrDefault(output.name(), 0.0) > 0
        && (targets == null || targets.contains(output.name()))
        && (output.boundary() || !term.readsBoundary());
  }

  /**
   * Refuses terms that would count nowhere.
   *
   * @param given what the network gives
   * @throws ConfigException naming the term
   */
  public void requireOutputs(List<ModelConfig.Output> given) {
    for (Term term : terms) {
      Check.that(
          given.stream().anyMatch(output -> applies(term, output)),
          "loss.terms",
          term.lossName(),
          "terms that the network has an output for, with a weight%s: it has %s, weights are %s, targets of the term %s"
              .formatted(
                  term.readsBoundary() ? " and a boundary head" : "",
                  given,
                  outputWeights,
                  targets.getOrDefault(term.lossName(), List.of("all"))));
    }
  }

  /**
   * Refuses terms for which crops are too small.
   *
   * @throws ConfigException naming the term
   */
  void requireFits(int cropHeight, int cropWidth) {
    for (int i = 0; i < terms.size(); i++) {
      if (terms.get(i) instanceof LossTerms.RegionMutualInformation rmi) {
        Check.that(
            rmi.fits(cropHeight, cropWidth),
            "loss.terms[%d].radius".formatted(i),
            rmi.radius(),
            "at most the side of a crop of %d x %d after pooling by %d"
                .formatted(cropHeight, cropWidth, rmi.pool()));
      }
    }
  }

  /** Whether a term needs the frozen network that {@code pretrain} makes. */
  public boolean hasInverseForm() {
    return terms.stream().anyMatch(InverseForm.class::isInstance);
  }

  /** One weighted, named term. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(
        value = ClassWeightedCrossEntropy.class,
        name = "class_weighted_cross_entropy"),
    @JsonSubTypes.Type(value = BoundaryCrossEntropy.class, name = "boundary_cross_entropy"),
    @JsonSubTypes.Type(value = EdgeAttention.class, name = "edge_attention"),
    @JsonSubTypes.Type(value = InverseForm.class, name = "inverse_form"),
    @JsonSubTypes.Type(value = LossTerms.CrossEntropy.class, name = "cross_entropy"),
    @JsonSubTypes.Type(value = LossTerms.OnlineHardExamples.class, name = "ohem_cross_entropy"),
    @JsonSubTypes.Type(value = LossTerms.TopK.class, name = "top_k_cross_entropy"),
    @JsonSubTypes.Type(value = LossTerms.Focal.class, name = "focal"),
    @JsonSubTypes.Type(value = LossTerms.Dice.class, name = "dice"),
    @JsonSubTypes.Type(value = LossTerms.Tversky.class, name = "tversky"),
    @JsonSubTypes.Type(value = LossTerms.RelaxedBoundary.class, name = "relaxed_boundary"),
    @JsonSubTypes.Type(value = LossTerms.RegionMutualInformation.class, name = "rmi"),
    @JsonSubTypes.Type(value = LossTerms.SignedDistance.class, name = "signed_distance")
  })
  public sealed interface Term extends Serializable
      permits ClassWeightedCrossEntropy,
          BoundaryCrossEntropy,
          EdgeAttention,
          InverseForm,
          LossTerms.CrossEntropy,
          LossTerms.OnlineHardExamples,
          LossTerms.TopK,
          LossTerms.Focal,
          LossTerms.Dice,
          LossTerms.Tversky,
          LossTerms.RelaxedBoundary,
          LossTerms.RegionMutualInformation,
          LossTerms.SignedDistance {
    /** Factor of the term in the total. */
    double lossWeight();

    /** Name under which the term is logged. */
    String lossName();

    /** Whether it needs boundary logits. */
    default boolean readsBoundary() {
      return false;
    }
  }

  /** Whether a term needs the signed distances of the labels. */
  public boolean hasSignedDistance() {
    return terms.stream().anyMatch(LossTerms.SignedDistance.class::isInstance);
  }

  /** Which pixels class shares are counted, or means taken over. */
  public enum Scope {
    /** Each image by itself. */
    IMAGE,
    /** All images of the worker's batch together. */
    BATCH
  }

  /** What a sum over pixels is divided by. */
  public enum Average {
    /** The pixels that count. */
    VALID,
    /** The weights of the pixels that count. */
    WEIGHTS,
    /** All pixels, ignored ones, too. */
    ALL,
    /** Nothing: the sum over the pixels. */
    SUM
  }

  /**
   * Cross-entropy with class weights from the class shares of the labels.
   *
   * @param upperBound how much an infinitely rare class weighs above 1
   * @param norm whether a class weighs by the inverse of its share: 1 + upper bound / share
   * @param scope what the class shares are counted over
   */
  public record ClassWeightedCrossEntropy(
      double lossWeight, String lossName, double upperBound, boolean norm, Scope scope)
      implements Term {
    public ClassWeightedCrossEntropy {
      checkTerm(lossWeight, lossName, scope);
      Check.notNegative("upper_bound", upperBound);
    }

    /** Weights by one minus the share. */
    public ClassWeightedCrossEntropy(
        double lossWeight, String lossName, double upperBound, Scope scope) {
      this(lossWeight, lossName, upperBound, false, scope);
    }
  }

  /**
   * Binary cross-entropy of the boundary logits.
   *
   * @param positiveWeight factor of edges, other pixels having 1; 0 to balance both by their counts
   * @param average over the pixels that are either, or over all
   * @param scope what is balanced and averaged over
   */
  public record BoundaryCrossEntropy(
      double lossWeight, String lossName, double positiveWeight, Average average, Scope scope)
      implements Term {
    public BoundaryCrossEntropy {
      checkTerm(lossWeight, lossName, scope);
      Check.notNegative("positive_weight", positiveWeight);
      Check.that(
          average == Average.VALID || average == Average.ALL, "average", average, "valid or all");
    }

    /** Balanced by counts, averaged over the pixels that are either. */
    public BoundaryCrossEntropy(double lossWeight, String lossName, Scope scope) {
      this(lossWeight, lossName, 0, Average.VALID, scope);
    }

    @Override
    public boolean readsBoundary() {
      return true;
    }
  }

  /**
   * Class-weighted cross-entropy over pixels that the boundary head takes for edges.
   *
   * @param threshold on the boundary probability
   * @param norm whether a class weighs by the inverse of its share
   */
  public record EdgeAttention(
      double lossWeight,
      String lossName,
      double threshold,
      double upperBound,
      boolean norm,
      Scope scope)
      implements Term {
    public EdgeAttention {
      checkTerm(lossWeight, lossName, scope);
      Check.that(threshold >= 0 && threshold < 1, "threshold", threshold, "in 0..1, below 1");
      Check.notNegative("upper_bound", upperBound);
    }

    /** Weights by one minus the share. */
    public EdgeAttention(
        double lossWeight, String lossName, double threshold, double upperBound, Scope scope) {
      this(lossWeight, lossName, threshold, upperBound, false, scope);
    }

    @Override
    public boolean readsBoundary() {
      return true;
    }
  }

  /** Where a predicted boundary comes from. */
  public enum BoundarySource {
    /** The output's boundary head. */
    HEAD,
    /** The Sobel gradient of the softmax of the output's class logits. */
    SEGMENTATION
  }

  /**
   * Distance from the identity of the transform that a frozen network finds between the predicted
   * and the true boundary.
   *
   * @param boundary where the predicted one comes from
   * @param grid rows and columns of tiles that every image is resized to, 3 and 6 as published;
   *     empty to frame it by zeros to whole tiles, so that pixels and aspect ratio stay as they are
   * @param anchored whether the distance is taken from what the network finds between the true
   *     boundary and itself, so that a perfect prediction costs nothing
   * @param skipEmpty whether tiles without a true edge are left out of an image's mean
   * @param maskIgnored whether pixels without a class are no edge in either map, as pixels are
   *     anyway that the edge map leaves out
   */
  public record InverseForm(
      double lossWeight,
      String lossName,
      BoundarySource boundary,
      List<Integer> grid,
      boolean anchored,
      boolean skipEmpty,
      boolean maskIgnored)
      implements Term {
    private static final int MOST_TILES = 256;

    public InverseForm {
      checkTerm(lossWeight, lossName);
      Check.given("boundary", boundary);
      boolean legal =
          (Check.given("grid", grid).isEmpty() || grid.size() == 2)
              && grid.stream().allMatch(n -> n != null && n >= 1 && n <= MOST_TILES);
      Check.that(legal, "grid", grid, "empty, or rows and columns, each in 1.." + MOST_TILES);
      grid = List.copyOf(grid);
    }

    /** As published: 3 rows of 6 tiles, all of which count, and no pixel left out. */
    public static InverseForm published(double lossWeight, String lossName) {
      return new InverseForm(
          lossWeight, lossName, BoundarySource.HEAD, List.of(3, 6), false, false, false);
    }

    /** Whole tiles that have an edge, anchored, without what is ignored. */
    public InverseForm(double lossWeight, String lossName) {
      this(lossWeight, lossName, BoundarySource.HEAD, List.of(), true, true, true);
    }

    @Override
    public boolean readsBoundary() {
      return boundary == BoundarySource.HEAD;
    }
  }

  static void checkTerm(double lossWeight, String lossName, Scope scope) {
    checkTerm(lossWeight, lossName);
    Check.given("scope", scope);
  }

  private static void checkTerm(double lossWeight, String lossName) {
    Check.notNegative("loss_weight", lossWeight);
    Check.text("loss_name", lossName);
  }
}
