// Reads a JSON list of YAML texts and writes, for each, what go-yaml makes of it in an untyped value: JSON with the type of
// every scalar. The collector reads its configuration so.
package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"sort"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"
)

// typed gives ["type", value]: texts for scalars, lists for the rest, so that JSON loses nothing.
func typed(value any) any {
	switch v := value.(type) {
	case nil:
		return []any{"null"}
	case bool:
		return []any{"bool", v}
	case int:
		return []any{"int", strconv.Itoa(v)}
	case int64:
		return []any{"int", strconv.FormatInt(v, 10)}
	case uint64:
		return []any{"int", strconv.FormatUint(v, 10)}
	case float64:
		if math.IsNaN(v) {
			return []any{"float", "NaN"}
		}
		return []any{"float", strconv.FormatFloat(v, 'g', -1, 64)}
	case string:
		return []any{"str", v}
	case time.Time:
		return []any{"time", v.Format(time.RFC3339Nano)}
	case []any:
		list := []any{"list"}
		for _, item := range v {
			list = append(list, typed(item))
		}
		return list
	case map[string]any:
		untyped := map[any]any{}
		for key, item := range v {
			untyped[key] = item
		}
		return typed(untyped)
	case map[any]any:
		// The collector prints a key that is no text.
		entries := map[string]any{}
		for key, item := range v {
			entries[fmt.Sprintf("%v", key)] = typed(item)
		}
		keys := []string{}
		for key := range entries {
			keys = append(keys, key)
		}
		sort.Strings(keys)
		list := []any{"map"}
		for _, key := range keys {
			list = append(list, []any{key, entries[key]})
		}
		return list
	}
	return []any{fmt.Sprintf("%T", value)}
}

func read(text string) (result any) {
	defer func() {
		if caught := recover(); caught != nil {
			result = []any{"error"}
		}
	}()
	var value any
	if err := yaml.Unmarshal([]byte(text), &value); err != nil {
		return []any{"error"}
	}
	return typed(value)
}

func main() {
	var texts []string
	if err := json.NewDecoder(os.Stdin).Decode(&texts); err != nil {
		panic(err)
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	for _, text := range texts {
		if err := encoder.Encode(read(text)); err != nil {
			panic(err)
		}
	}
}
