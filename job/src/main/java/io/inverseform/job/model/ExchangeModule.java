package io.inverseform.job.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.inverseform.job.config.ModelConfig.NormConfig;
import io.inverseform.job.model.ConvolutionNorm.Shape;
import io.inverseform.job.torch.Layer;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Tape;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * HRNet's module (Sun et al., 2019): residual blocks on parallel branches, then every branch is
 * brought to every other's resolution and added to it.
 */
final class ExchangeModule extends Layer {
  private final List<Chain> branches = new ArrayList<>();

  /** Row i, column j: what brings branch j to branch i; null on the diagonal. */
  private final List<List<Chain>> fuse = new ArrayList<>();

  ExchangeModule(List<Integer> channels, int blocks, NormConfig norm) {
    for (int i = 0; i < channels.size(); i++) {
      Chain branch = new Chain();
      for (int block = 0; block < blocks; block++) {
        branch.then("" + block, ResidualBlock.basic(channels.get(i), norm));
      }
      branches.add(add("branches." + i, branch));
    }
    for (int i = 0; i < channels.size(); i++) {
      List<Chain> row = new ArrayList<>();
      for (int j = 0; j < channels.size(); j++) {
        row.add(j == i ? null : add("fuse_layers." + i + "." + j, path(channels, j, i, norm)));
      }
      fuse.add(row);
    }
  }

  private static Chain path(List<Integer> channels, int from, int to, NormConfig norm) {
    int in = channels.get(from);
    int out = channels.get(to);
    if (from > to) {
      return new Chain()
          .then("", new ConvolutionNorm(Shape.of("0", "1", in, out, 1, 1).withoutRelu(), norm));
    }
    Chain halvings = new Chain();
    for (int k = 0; k < to - from - 1; k++) {
      halvings.then("", new ConvolutionNorm(Shape.of(k + ".0", k + ".1", in, in, 3, 2), norm));
    }
    int last = to - from - 1;
    return halvings.then(
        "",
        new ConvolutionNorm(Shape.of(last + ".0", last + ".1", in, out, 3, 2).withoutRelu(), norm));
  }

  /** Branches in, branches out: (N, channels i, H / 2^i, W / 2^i) each. */
  @Override
  public NDList forward(Tape tape, NDList inputs) {
    NDList x = new NDList();
    Chain.sideBySide(tape, branches, inputs).forEach(branch -> x.add(tape.cut(branch)));
    Iterator<NDArray> terms = brought(tape, x).iterator();
    NDList outputs = new NDList();
    for (int i = 0; i < x.size(); i++) {
      outputs.add(fused(x, i, terms));
    }
    x.forEach(tape::endCut);
    return outputs;
  }

  /** What the paths make of the branches, row by row, at the resolutions where they end. */
  private NDList brought(Tape tape, NDList x) {
    List<Chain> paths = new ArrayList<>();
    NDList from = new NDList();
    for (List<Chain> row : fuse) {
      for (int j = 0; j < row.size(); j++) {
        if (row.get(j) != null) {
          paths.add(row.get(j));
          from.add(x.get(j));
        }
      }
    }
    return Chain.sideBySide(tape, paths, from);
  }

  private static NDArray fused(NDList x, int i, Iterator<NDArray> terms) {
    NDArray same = x.get(i);
    NDArray sum = null;
    for (int j = 0; j < x.size(); j++) {
      NDArray term = j == i ? same : j < i ? terms.next() : enlarged(terms.next(), same);
      if (sum == null) {
        sum = term;
      } else if (sum == same) {
        // The branch itself comes first: it is a leaf, which must not be written.
        sum = sum.add(term);
        term.close();
      } else {
        Operators.addInPlace(sum, term);
        if (term != same) {
          term.close();
        }
      }
    }
    Operators.reluInPlace(sum);
    return sum;
  }

  private static NDArray enlarged(NDArray coarse, NDArray like) {
    try (coarse) {
      return Operators.bilinear(coarse, like.getShape().get(2), like.getShape().get(3), false);
    }
  }
}
