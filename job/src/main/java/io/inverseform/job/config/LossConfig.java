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
 */
public record LossConfig(Map<String, Double> outputWeights, List<Term> terms)
    implements Serializable {
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
              output.matches("main|auxiliary|scale_.+"),
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
  }

  /** Whether a term has a part of the loss at an output. */
  public boolean applies(Term term, ModelConfig.Output output) {
    return outputWeights.getOrDefault(output.name(), 0.0) > 0
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
          "terms that the network has an output for, with a weight%s: it has %s, weights are %s"
              .formatted(term.readsBoundary() ? " and a boundary head" : "", given, outputWeights));
    }
  }

  /** Whether a term needs the frozen network that {@code pretrain} makes. */
  public boolean hasInverseForm() {
    return terms.stream().anyMatch(InverseForm.class::isInstance);
  }

  /** One weighted, named term. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = CrossEntropy.class, name = "class_weighted_cross_entropy"),
    @JsonSubTypes.Type(value = BoundaryCrossEntropy.class, name = "boundary_cross_entropy"),
    @JsonSubTypes.Type(value = EdgeAttention.class, name = "edge_attention"),
    @JsonSubTypes.Type(value = InverseForm.class, name = "inverse_form")
  })
  public sealed interface Term extends Serializable {
    /** Factor of the term in the total. */
    double lossWeight();

    /** Name under which the term is logged. */
    String lossName();

    /** Whether it needs boundary logits. */
    default boolean readsBoundary() {
      return true;
    }
  }

  /** Which pixels class shares are counted over. */
  public enum Scope {
    /** Each image by itself. */
    IMAGE,
    /** All images of the worker's batch together. */
    BATCH
  }

  /**
   * Cross-entropy with class weights from the class shares of the labels.
   *
   * @param upperBound how much an infinitely rare class weighs above 1
   * @param scope what the class shares are counted over
   */
  public record CrossEntropy(double lossWeight, String lossName, double upperBound, Scope scope)
      implements Term {
    public CrossEntropy {
      checkTerm(lossWeight, lossName, scope);
      Check.notNegative("upper_bound", upperBound);
    }

    @Override
    public boolean readsBoundary() {
      return false;
    }
  }

  /**
   * Binary cross-entropy of the boundary logits, edges and other pixels balanced by their counts.
   *
   * @param scope what is balanced and averaged over
   */
  public record BoundaryCrossEntropy(double lossWeight, String lossName, Scope scope)
      implements Term {
    public BoundaryCrossEntropy {
      checkTerm(lossWeight, lossName, scope);
    }
  }

  /**
   * Class-weighted cross-entropy over pixels that the boundary head takes for edges.
   *
   * @param threshold on the boundary probability
   */
  public record EdgeAttention(
      double lossWeight, String lossName, double threshold, double upperBound, Scope scope)
      implements Term {
    public EdgeAttention {
      checkTerm(lossWeight, lossName, scope);
      Check.that(threshold >= 0 && threshold < 1, "threshold", threshold, "in 0..1, below 1");
      Check.notNegative("upper_bound", upperBound);
    }
  }

  /** How boundary maps are cut into the tiles of the inverse-transform network. */
  public enum Tiling {
    /** Framed by zeros to whole tiles; pixels and aspect ratio stay as they are. */
    PADDED,
    /** Resized to 3 rows of 6 tiles whatever the picture's shape, as published. */
    RESIZED_3X6
  }

  /**
   * Distance from the identity of the transform that a frozen network finds between the predicted
   * and the true boundary.
   *
   * @param anchored whether the distance is taken from what the network finds between the true
   *     boundary and itself, so that a perfect prediction costs nothing
   */
  public record InverseForm(double lossWeight, String lossName, Tiling tiling, boolean anchored)
      implements Term {
    public InverseForm {
      checkTerm(lossWeight, lossName);
      Check.given("tiling", tiling);
    }
  }

  private static void checkTerm(double lossWeight, String lossName, Scope scope) {
    checkTerm(lossWeight, lossName);
    Check.given("scope", scope);
  }

  private static void checkTerm(double lossWeight, String lossName) {
    Check.notNegative("loss_weight", lossWeight);
    Check.text("loss_name", lossName);
  }
}
