// Command vectors writes the answers of Go's regexp package and of Prometheus' own parsers and relabelling to the inputs beside
// it. To run it again: `go mod tidy && go run .` in this folder; go.sum is not kept.
package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/exemplar"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/relabel"
	"github.com/prometheus/prometheus/model/textparse"
	"gopkg.in/yaml.v3"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func read(name string, into any) {
	data, err := os.ReadFile(name)
	must(err)
	must(json.Unmarshal(data, into))
}

// write puts each entry on a line of its own, so that changes can be read.
func write(name string, entries []any) {
	var out strings.Builder
	out.WriteString("[\n")
	for i, entry := range entries {
		var line strings.Builder
		encoder := json.NewEncoder(&line)
		encoder.SetEscapeHTML(false)
		must(encoder.Encode(entry))
		out.WriteString("  " + strings.TrimSuffix(line.String(), "\n"))
		if i < len(entries)-1 {
			out.WriteString(",")
		}
		out.WriteString("\n")
	}
	out.WriteString("]\n")
	must(os.WriteFile(name, []byte(out.String()), 0o644))
}

func main() {
	regexVectors()
	relabelVectors()
	pageVectors()
	protobufVectors()
}

type regexInput struct {
	Patterns []string
	Texts    []string
	Template string
}

func regexVectors() {
	var inputs []regexInput
	read("regex.in.json", &inputs)
	var results []any
	for _, input := range inputs {
		for _, pattern := range input.Patterns {
			re, err := regexp.Compile("^(?s:" + pattern + ")$")
			if err != nil {
				results = append(results, map[string]any{"pattern": pattern, "error": err.Error()})
				continue
			}
			// Texts that are not here do not match.
			cases := []any{}
			for _, text := range input.Texts {
				found := re.FindStringSubmatchIndex(text)
				if found == nil {
					continue
				}
				var groups []any
				for i := 0; i < len(found); i += 2 {
					if found[i] < 0 {
						groups = append(groups, nil)
					} else {
						groups = append(groups, text[found[i]:found[i+1]])
					}
				}
				cases = append(cases, map[string]any{
					"text": text, "groups": groups, "replaced": re.ReplaceAllString(text, input.Template),
				})
			}
			results = append(results, map[string]any{"pattern": pattern, "template": input.Template, "cases": cases})
		}
	}
	write("regex.json", results)
}

type relabelInput struct {
	Rules  []map[string]any
	Scheme string
	Labels map[string]string
}

func relabelVectors() {
	var inputs []relabelInput
	read("relabel.in.json", &inputs)
	var results []any
	for _, input := range inputs {
		result := map[string]any{"rules": input.Rules, "labels": input.Labels}
		scheme := model.UTF8Validation
		if input.Scheme == "legacy" {
			scheme = model.LegacyValidation
			result["scheme"] = "legacy"
		}
		results = append(results, result)
		text, err := json.Marshal(input.Rules)
		must(err)
		var rules []*relabel.Config
		err = yaml.Unmarshal(text, &rules)
		for i := 0; err == nil && i < len(rules); i++ {
			err = rules[i].Validate(scheme)
		}
		if err != nil {
			result["error"] = err.Error()
			continue
		}
		builder := labels.NewBuilder(labels.FromMap(input.Labels))
		if relabel.ProcessBuilder(builder, rules...) {
			result["result"] = builder.Labels().Map()
		} else {
			result["result"] = nil
		}
	}
	write("relabel.json", results)
}

type pageInput struct {
	Format string
	Page   string
	// For pages that are no text.
	Base64 string
}

func pageVectors() {
	var inputs []pageInput
	read("pages.in.json", &inputs)
	var results []any
	for _, input := range inputs {
		page := []byte(input.Page)
		result := map[string]any{"format": input.Format, "page": input.Page}
		if input.Base64 != "" {
			var err error
			page, err = base64.StdEncoding.DecodeString(input.Base64)
			must(err)
			result = map[string]any{"format": input.Format, "base64": input.Base64}
		}
		entries, err := parse(page, input.Format)
		result["entries"] = entries
		if err != nil {
			result["error"] = err.Error()
		}
		results = append(results, result)
	}
	write("pages.json", results)

	var verdicts []any
	files, err := filepath.Glob("../openmetrics/*/metrics")
	must(err)
	for _, file := range files {
		page, err := os.ReadFile(file)
		must(err)
		_, problem := parse(page, "openmetrics")
		verdict := map[string]any{"case": filepath.Base(filepath.Dir(file))}
		if problem != nil {
			verdict["error"] = problem.Error()
		}
		verdicts = append(verdicts, verdict)
	}
	write("openmetrics.json", verdicts)
}

func bits(value float64) string { return fmt.Sprintf("%016x", math.Float64bits(value)) }

func pairs(set labels.Labels) [][]string {
	list := [][]string{}
	set.Range(func(label labels.Label) { list = append(list, []string{label.Name, label.Value}) })
	return list
}

func parse(page []byte, format string) ([]any, error) {
	table := labels.NewSymbolTable()
	parser := textparse.NewPromParser(page, table, false)
	if format == "openmetrics" {
		parser = textparse.NewOpenMetricsParser(page, table)
	}
	entries := []any{}
	for {
		kind, err := parser.Next()
		if errors.Is(err, io.EOF) {
			return entries, nil
		}
		if err != nil {
			return entries, err
		}
		switch kind {
		case textparse.EntrySeries:
			entries = append(entries, sample(parser))
		case textparse.EntryHelp:
			name, text := parser.Help()
			entries = append(entries, map[string]any{"kind": "help", "name": string(name), "text": string(text)})
		case textparse.EntryType:
			name, text := parser.Type()
			entries = append(entries, map[string]any{"kind": "type", "name": string(name), "text": string(text)})
		case textparse.EntryUnit:
			name, text := parser.Unit()
			entries = append(entries, map[string]any{"kind": "unit", "name": string(name), "text": string(text)})
		}
	}
}

func sample(parser textparse.Parser) map[string]any {
	series, timestamp, value := parser.Series()
	var set labels.Labels
	parser.Labels(&set)
	entry := map[string]any{"kind": "series", "series": string(series), "bits": bits(value), "labels": pairs(set)}
	if timestamp != nil {
		entry["timestamp"] = *timestamp
	}
	var found exemplar.Exemplar
	if parser.Exemplar(&found) {
		example := map[string]any{"labels": pairs(found.Labels), "bits": bits(found.Value)}
		if found.HasTs {
			example["timestamp"] = found.Ts
		}
		entry["exemplar"] = example
	}
	return entry
}
