package io.inverseform.job.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.inverseform.job.config.ModelConfig.NormConfig;
import io.inverseform.job.model.ConvolutionNorm.Shape;
import io.inverseform.job.torch.Layer;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Tape;
import java.util.ArrayList;
import java.util.List;

/**
 * HRNet's module (Sun et al., 2019): residual blocks on parallel branches, then every branch is
 * brought to every other's resolution and added to it.
 */
final class ExchangeModule extends Layer {
  private final List<Chain> branches = new ArrayList<>();

  /** Row i, column j: what brings branch j to branch i; null on the diagonal. */
  private final List<List<Layer>> fuse = new ArrayList<>();

  ExchangeModule(List<Integer> channels, int blocks, NormConfig norm) {
    for (int i = 0; i < channels.size(); i++) {
      Chain branch = new Chain();
      for (int block = 0; block < blocks; block++) {
        branch.then("" + block, ResidualBlock.basic(channels.get(i), norm));
      }
      branches.add(add("branches." + i, branch));
    }
    for (int i = 0; i < channels.size(); i++) {
      List<Layer> row = new ArrayList<>();
      for (int j = 0; j < channels.size(); j++) {
        row.add(j == i ? null : add("fuse_layers." + i + "." + j, path(channels, j, i, norm)));
      }
      fuse.add(row);
    }
  }

  private static Layer path(List<Integer> channels, int from, int to, NormConfig norm) {
    int in = channels.get(from);
    int out = channels.get(to);
    if (from > to) {
      return new ConvolutionNorm(Shape.of("0", "1", in, out, 1, 1).withoutRelu(), norm);
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
    List<NDArray> x = new ArrayList<>();
    for (int i = 0; i < branches.size(); i++) {
      x.add(tape.cut(branches.get(i).forward(tape, inputs.get(i))));
    }
    NDList outputs = new NDList();
    for (int i = 0; i < branches.size(); i++) {
      outputs.add(fused(tape, x, i));
    }
    x.forEach(tape::endCut);
    return outputs;
  }

  private NDArray fused(Tape tape, List<NDArray> x, int i) {
    NDArray sum = null;
    for (int j = 0; j < x.size(); j++) {
      NDArray term = j == i ? x.get(j) : brought(tape, x.get(j), i, j, x.get(i));
      if (sum == null) {
        sum = term;
      } else if (sum == x.get(i)) {
        // The branch itself comes first: it is a leaf, which must not be written.
        sum = sum.add(term);
        term.close();
      } else {
        Operators.addInPlace(sum, term);
        if (term != x.get(i)) {
          term.close();
        }
      }
    }
    Operators.reluInPlace(sum);
    return sum;
  }

  private NDArray brought(Tape tape, NDArray x, int i, int j, NDArray like) {
    NDArray y = fuse.get(i).get(j).forward(tape, x);
    if (j < i) {
      return y;
    }
    try (y) {
      return Operators.bilinear(y, like.getShape().get(2), like.getShape().get(3), false);
    }
  }
}
