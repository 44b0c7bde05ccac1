package io.inverseform.job.config;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/**
 * The total loss: the weighted terms at the main output, plus the same at the auxiliary output.
 *
 * @param auxiliaryWeight factor of the auxiliary output's terms
 */
public record LossConfig(double auxiliaryWeight, List<Term> terms) {
  /** One weighted, named term. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = CrossEntropy.class, name = "class_weighted_cross_entropy"),
    @JsonSubTypes.Type(value = BoundaryCrossEntropy.class, name = "boundary_cross_entropy"),
    @JsonSubTypes.Type(value = EdgeAttention.class, name = "edge_attention")
  })
  public sealed interface Term {
    /** Factor of the term in the total. */
    double lossWeight();

    /** Name under which the term is logged. */
    String lossName();
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
      implements Term {}

  /**
   * Binary cross-entropy of the boundary logits, edges and other pixels balanced by their counts.
   *
   * @param scope what is balanced and averaged over
   */
  public record BoundaryCrossEntropy(double lossWeight, String lossName, Scope scope)
      implements Term {}

  /**
   * Class-weighted cross-entropy over pixels that the boundary head takes for edges.
   *
   * @param threshold on the boundary probability
   */
  public record EdgeAttention(
      double lossWeight, String lossName, double threshold, double upperBound, Scope scope)
      implements Term {}
}
