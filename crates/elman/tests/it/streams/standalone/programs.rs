//! Programs around the generated code, compiled with what is there and run.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use super::{Case, STEPS};

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    assert!(
        output.status.success(),
        "{command:?}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn bits(numbers: &[f32]) -> String {
    numbers.iter().map(|v| format!("{:#010x}, ", v.to_bits())).collect()
}

/// The first half of the steps one by one, the rest in one run; then the first after a reset.
pub(super) fn in_rust(cases: &[Case], folder: &Path) -> String {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let mut main = String::from(
        "fn floats<const N: usize>(bits: &[u32], t: usize) -> [f32; N] {\n    \
         core::array::from_fn(|i| f32::from_bits(bits[t * N + i]))\n}\n\
         fn print(numbers: &[f32]) {\n    \
         for v in numbers {\n        print!(\"{:08x} \", v.to_bits());\n    }\n}\nfn main() {\n",
    );
    let mut externs = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        let name = &case.name;
        let place = folder.join(name);
        case.model.standalone().unwrap().write_rust(&place).unwrap();
        // Some with the standard library's fused multiplication; without it, without the library.
        let mut compile = Command::new(&rustc);
        if number % 2 == 1 {
            compile.args(["--cfg", "feature=\"std\""]);
        }
        let library = folder.join(format!("lib{name}.rlib"));
        let options = ["--edition=2021", "--crate-type=rlib", "-Copt-level=1", "-Dwarnings"];
        run(compile
            .args(options)
            .args(["--crate-name", name, "-o"])
            .arg(&library)
            .arg(place.join("src/lib.rs")));
        externs.push(format!("--extern={name}={}", library.display()));
        let (inputs, outputs) = (case.inputs.len(), case.model.output_shapes().len());
        let _infallible = writeln!(main, "    let mut m = {name}::Model::new();");
        for (i, x) in case.inputs.iter().enumerate() {
            let _infallible = writeln!(main, "    let x{i}: &[u32] = &[{}];", bits(x));
        }
        let joined = |f: &dyn Fn(usize) -> String, n: usize| -> String {
            (0..n).map(|i| f(i) + ", ").collect()
        };
        let step = joined(&|i| format!("&floats(x{i}, t)"), inputs);
        let shown = joined(&|i| format!("print(m.output_{i}())"), outputs).replace(", ", "; ");
        let half = STEPS / 2;
        let runs = joined(
            &|i| format!("&(({half}..{STEPS}).map(|t| floats(x{i}, t)).collect::<Vec<_>>())"),
            inputs,
        );
        let targets = joined(&|i| format!("&mut y{i}"), outputs);
        for i in 0..outputs {
            let rest = STEPS - half;
            let _infallible =
                writeln!(main, "    let mut y{i} = [[0.0; {name}::OUTPUT_{i}]; {rest}];");
        }
        let rest = joined(&|i| format!("print(&y{i}[t])"), outputs).replace(", ", "; ");
        let _infallible = writeln!(
            main,
            "    for t in 0..{half} {{ m.step({step}).unwrap(); {shown} println!(); }}\n    \
             m.run({runs}{targets}).unwrap();\n    \
             for t in 0..{} {{ {rest} println!(); }}\n    \
             m.reset();\n    for t in 0..1 {{ m.step({step}).unwrap(); {shown} println!(); }}",
            STEPS - half
        );
    }
    main.push_str("}\n");
    let (source, program) = (folder.join("main.rs"), folder.join("in_rust"));
    std::fs::write(&source, main).unwrap();
    run(Command::new(&rustc)
        .args(["--edition=2021", "-o"])
        .arg(&program)
        .args(externs)
        .arg(source));
    run(&mut Command::new(program))
}

/// The same in C; all headers in one program.
pub(super) fn in_c(cases: &[Case], folder: &Path) -> String {
    let mut includes = String::from("#include <stdio.h>\n");
    let mut main = String::from(
        "typedef union { uint32_t bits; float number; } word;\n\
         static void print(const float *x, size_t n) {\n    size_t i;\n    \
         for (i = 0; i < n; i++) {\n        word w;\n        w.number = x[i];\n        \
         printf(\"%08x \", (unsigned)w.bits);\n    }\n}\n\
         static void floats(const uint32_t *bits, float *x, size_t n) {\n    size_t i;\n    \
         for (i = 0; i < n; i++) {\n        word w;\n        w.bits = bits[i];\n        \
         x[i] = w.number;\n    }\n}\nint main(void) {\n    size_t t;\n",
    );
    for case in cases {
        let (name, capitals) = (&case.name, case.name.to_ascii_uppercase());
        case.model.standalone().unwrap().write_c(folder.join(format!("{name}.h"))).unwrap();
        let _infallible = writeln!(includes, "#include \"{name}.h\"");
        let outputs = case.model.output_shapes().len();
        let _infallible = writeln!(main, "    {{\n    static {name}_model m;");
        for (i, x) in case.inputs.iter().enumerate() {
            let _infallible = writeln!(
                main,
                "    static const uint32_t b{i}[] = {{{}}};\n    static float x{i}[{}];",
                bits(x),
                x.len()
            );
        }
        for i in 0..outputs {
            let _infallible =
                writeln!(main, "    static float y{i}[{STEPS} * {capitals}_OUTPUT_{i}];");
        }
        for (i, x) in case.inputs.iter().enumerate() {
            let _infallible = writeln!(main, "    floats(b{i}, x{i}, {});", x.len());
        }
        let at = |t: &str| -> String {
            let inputs =
                (0..case.inputs.len()).map(|i| format!(", x{i} + {t} * {capitals}_INPUT_{i}"));
            let outputs = (0..outputs).map(|i| format!(", y{i} + {t} * {capitals}_OUTPUT_{i}"));
            inputs.chain(outputs).collect()
        };
        let shown: String = (0..outputs)
            .map(|i| format!("print(y{i} + t * {capitals}_OUTPUT_{i}, {capitals}_OUTPUT_{i}); "))
            .collect();
        let half = STEPS / 2;
        let _infallible = writeln!(
            main,
            "    {name}_reset(&m);\n    \
             for (t = 0; t < {half}; t++) {{ if (!{name}_step(&m{})) {{ return 1; }} }}\n    \
             if ({name}_run(&m, {}{}) != {}) {{ return 2; }}\n    \
             for (t = 0; t < {STEPS}; t++) {{ {shown} printf(\"\\n\"); }}\n    \
             {name}_reset(&m);\n    \
             for (t = 0; t < 1; t++) {{ if (!{name}_step(&m{})) {{ return 3; }} {shown} printf(\"\\n\"); }}\n    }}",
            at("t"),
            STEPS - half,
            at(&half.to_string()),
            STEPS - half,
            at("t")
        );
    }
    main.push_str("    return 0;\n}\n");
    let (source, program) = (folder.join("main.c"), folder.join("in_c"));
    std::fs::write(&source, includes + &main).unwrap();
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".into());
    let options = ["-std=c99", "-O1", "-Wall", "-Wextra", "-pedantic", "-Werror", "-o"];
    run(Command::new(compiler).args(options).arg(&program).arg(source));
    run(&mut Command::new(program))
}
